-- One card per family of machines and language: its members, what they span, where it is cheapest.
WITH
languages (language) AS (VALUES ('en'), ('pt')),
cheapest AS (
    SELECT m.provider, m.family, p.instance_type, p.region, p.price, p.currency, p.since, p.confirmed, p.source
    FROM card_prices AS p
    JOIN card_machines AS m USING (provider, instance_type)
    WHERE m.family IS NOT NULL AND p.purchase_option = 'on_demand'
    QUALIFY row_number() OVER (PARTITION BY m.provider, m.family ORDER BY p.usd, p.instance_type, p.region) = 1
),
members AS (
    SELECT
        m.provider, m.family, l.language, m.instance_type, m.vcpus, m.memory_gib, m.accelerator, m.accelerator_name,
        m.accelerator_count, m.architecture, m.source,
        m.instance_type || coalesce(
            ' (' || nullif(concat_ws(
                ', ',
                count_text(m.vcpus, 'vCPU', 'vCPUs', l.language),
                number_text(m.memory_gib, l.language) || ' GiB',
                coalesce(number_text(m.accelerator_count, l.language) || ' × ', '') || m.accelerator_name
            ), '') || ')', ''
        ) AS named,
        m.memory_gib / m.vcpus AS memory_per_vcpu
    FROM card_machines AS m
    CROSS JOIN languages AS l
    WHERE m.family IS NOT NULL
),
families AS (
    SELECT
        provider, family, language, count(*) AS machines,
        list(named ORDER BY vcpus, memory_gib, accelerator_count, instance_type) AS members,
        min(vcpus) AS least_vcpus, max(vcpus) AS most_vcpus,
        min(memory_gib) AS least_memory, max(memory_gib) AS most_memory,
        round(min(memory_per_vcpu), 1) AS least_ratio, round(max(memory_per_vcpu), 1) AS most_ratio,
        min(accelerator_count) AS least_accelerators, max(accelerator_count) AS most_accelerators,
        list(DISTINCT accelerator_name ORDER BY accelerator_name) FILTER (accelerator IS NOT NULL) AS accelerators,
        list(DISTINCT architecture ORDER BY architecture) FILTER (architecture IS NOT NULL) AS architectures,
        min(source) AS source
    FROM members
    GROUP BY provider, family, language
),
cards AS (
    SELECT
        f.*, provider_title(f.provider) || ' ' || f.family AS title,
        c.instance_type, coalesce(p.place, c.region) AS place, c.since, c.confirmed, c.source AS price_source,
        money_text(c.price, c.currency, f.language) AS cheapest,
        money_text(round(c.price * 730, 2), c.currency, f.language) AS cheapest_month
    FROM families AS f
    LEFT JOIN cheapest AS c ON c.provider = f.provider AND c.family = f.family
    LEFT JOIN card_places AS p ON p.provider = c.provider AND p.region = c.region AND p.language = f.language
)
SELECT
    concat_ws('/', 'family', provider, family, language) AS document_id,
    'family' AS kind,
    language,
    provider,
    family AS entity,
    title,
    concat_ws(
        '; ',
        count_text(
            machines, say(language, 'machine type', 'tipo de máquina'), say(language, 'machine types', 'tipos de máquina'),
            language
        ),
        format(
            say(language, 'from {} per hour, {} in {}, since {}', 'a partir de {} por hora, {} em {}, desde {}'),
            cheapest, instance_type, place, date_text(since, language)
        )
    ) AS summary,
    concat_ws(
        ' ',
        CASE machines
            WHEN 1 THEN format(
                say(
                    language,
                    '{} is a family of machines with one machine type: {}.',
                    'A família de máquinas {} tem um só tipo de máquina: {}.'
                ),
                title, members[1]
            )
            ELSE format(
                say(
                    language,
                    '{} is a family of {} machine types, from {} to {}.',
                    'A família de máquinas {} tem {} tipos, de {} a {}.'
                ),
                title, number_text(machines, language), members[1], members[-1]
            )
        END,
        CASE
            WHEN cheapest IS NULL THEN say(
                language,
                'No on-demand Linux list price on shared hardware is in force for it in this data.',
                'Nestes dados não há preço de tabela sob demanda em vigor para ela com Linux em hardware compartilhado.'
            )
            ELSE format(
                say(
                    language,
                    'On demand with Linux on shared hardware it starts at {0} per hour ({1} per month of 730 hours): {2} in {3}, in force in this data since {4} (source {5}).',
                    'Sob demanda com Linux em hardware compartilhado, a partir de {0} por hora ({1} por mês de 730 horas): {2} em {3}, em vigor nestes dados desde {4} (fonte {5}).'
                ),
                cheapest, cheapest_month, instance_type, place, date_text(since, language), price_source
            )
        END,
        CASE
            WHEN machines > 1 AND least_vcpus < most_vcpus THEN format(
                say(
                    language,
                    'Its machines have {} to {} vCPUs and {} to {} GiB of memory.',
                    'As máquinas têm de {} a {} vCPUs e de {} a {} GiB de memória.'
                ),
                number_text(least_vcpus, language), number_text(most_vcpus, language),
                number_text(least_memory, language), number_text(most_memory, language)
            )
        END,
        CASE
            WHEN least_ratio = most_ratio THEN format(
                say(language, 'Memory per vCPU: {} GiB.', 'Memória por vCPU: {} GiB.'), number_text(least_ratio, language)
            )
            ELSE format(
                say(language, 'Memory per vCPU: {} to {} GiB.', 'Memória por vCPU: de {} a {} GiB.'),
                number_text(least_ratio, language), number_text(most_ratio, language)
            )
        END,
        CASE
            WHEN least_accelerators = most_accelerators THEN format(
                say(language, 'Accelerators: {} × {}.', 'Aceleradores: {} × {}.'),
                number_text(least_accelerators, language), array_to_string(accelerators, ', ')
            )
            WHEN most_accelerators IS NOT NULL THEN format(
                say(language, 'Accelerators: {} to {} × {}.', 'Aceleradores: de {} a {} × {}.'),
                number_text(least_accelerators, language), number_text(most_accelerators, language),
                array_to_string(accelerators, ', ')
            )
            ELSE format(say(language, 'Accelerators: {}.', 'Aceleradores: {}.'), array_to_string(accelerators, ', '))
        END,
        format(say(language, 'Architecture: {}.', 'Arquitetura: {}.'), array_to_string(architectures, ', ')),
        CASE
            WHEN machines > 2 THEN format(
                say(language, 'From the smallest: {}.', 'Da menor para a maior: {}.'), few_of(members, 12, language)
            )
        END
    ) AS text,
    distinct_names(concat_ws(
        ', ',
        family, title,
        format(say(language, '{} family', 'família {}'), family),
        format(say(language, '{} family', 'família {}'), title),
        format(say(language, '{} machines', 'máquinas {}'), family),
        format(say(language, '{} instances', 'instâncias {}'), family),
        CASE WHEN provider = 'azure' THEN format(say(language, '{0} series, {0}-series', 'série {0}'), family) END,
        array_to_string(accelerators, ', ')
    )) AS keywords,
    coalesce(price_source, source) AS source,
    'provider/' || provider AS parent,
    since AS valid_from,
    confirmed AS valid_to
FROM cards
ORDER BY document_id;
