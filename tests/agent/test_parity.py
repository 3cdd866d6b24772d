"""The same question in both languages: the same rows, the same figures, and none that no tool returned."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest

from agent import asking
from agent.answer import answer
from agent.context import Context
from agent.grounding import evidence_of, ungrounded
from agent.render.facts import examples
from agent.settings import AgentSettings
from agent.understand.quantities import NUMBER, number
from agent.understand.read import read
from warehouse.reader import Reader

PAIRS = (
    ("price of r5.4xlarge in us-east-1", "preço da r5.4xlarge em us-east-1"),
    ("how much is m5.large with Windows in Virginia?", "quanto custa a m5.large com Windows na Virgínia?"),
    ("monthly cost of r5.4xlarge in Virginia", "custo mensal da r5.4xlarge na Virgínia"),
    ("D4s v3 price in Brazil", "preço da D4s v3 no Brasil"),
    ("price of p4d.24xlarge in us-east-1", "preço da p4d.24xlarge em us-east-1"),
    ("price of m7g.xlarge in GovCloud", "preço da m7g.xlarge na GovCloud"),
    ("price of m5.xlarge in Virginia and São Paulo", "preço da m5.xlarge na Virgínia e em São Paulo"),
    ("where is p5.48xlarge cheapest?", "onde a p5.48xlarge é mais barata?"),
    ("most expensive region for r5.4xlarge", "região mais cara para a r5.4xlarge"),
    ("cheapest 8 GPU machine in Europe", "máquina mais barata com 8 GPUs na Europa"),
    (
        "cheapest machine with more than 8 vCPUs outside the US",
        "máquina mais barata com mais de 8 vCPUs fora dos EUA",
    ),
    ("cheapest ARM machine, not on Azure", "máquina ARM mais barata, exceto Azure"),
    ("machines under $0.40 an hour in Brazil", "máquinas por menos de US$ 0,40 por hora no Brasil"),
    ("cheapest A100 with 80 GB on spot", "A100 de 80 GB spot mais barata"),
    ("compare m5.xlarge and Standard_D4s_v3 in Brazil", "compare m5.xlarge e Standard_D4s_v3 no Brasil"),
    ("windows vs linux for r5.4xlarge in us-east-1", "windows ou linux para a r5.4xlarge em us-east-1"),
    ("n2-standard-8 on demand vs spot", "n2-standard-8 sob demanda ou spot"),
    ("AWS vs Azure for 4 vCPUs in Virginia", "AWS x Azure para 4 vCPUs na Virgínia"),
    ("list GPU machines in Europe", "liste as máquinas com GPU na Europa"),
    ("10 m5.large for 8 hours a day in Virginia", "10 m5.large por 8 horas por dia na Virgínia"),
    ("1,500 hours of m5.large in us-east-1", "1.500 horas de m5.large em us-east-1"),
    (
        "3 million input and 1 million output tokens on gpt-4o",
        "3 milhões de tokens de entrada e 1 milhão de saída no gpt-4o",
    ),
    (
        "gpt-4o for 10M tokens in, 2M out, half of the input cached",
        "gpt-4o com 10M de tokens de entrada, 2M de saída, metade da entrada em cache",
    ),
    ("price of claude sonnet", "preço do claude sonnet"),
    ("cheapest LLM for output tokens", "LLM mais barato para tokens de saída"),
    ("price history of m5.large", "histórico de preço da m5.large"),
    ("how did the price of gpt-4o change over time?", "como o preço do gpt-4o mudou ao longo do tempo?"),
    ("what is my price for m5.large in us-east-1?", "qual é o meu preço da m5.large em us-east-1?"),
    ("what GPU is in g5.48xlarge?", "qual GPU tem a g5.48xlarge?"),
    ("how much memory does an H100 have?", "quanta memória tem uma H100?"),
    ("top 3 cheapest machines in Virginia", "as 3 máquinas mais baratas na Virgínia"),
    ("cheapest thing with 16 gigs that isn't on AWS", "a coisa mais barata com 16 gigas que não seja da AWS"),
    (
        "cheapest memory-optimized machine in Virginia",
        "máquina otimizada para memória mais barata na Virgínia",
    ),
    ("n2-standard-8 in us-east4, preemptible vs normal", "n2-standard-8 em us-east4, preemptível x normal"),
    ("how fresh is the data?", "quão atualizados estão os dados?"),
)
_DATE = re.compile(r"\d{4}-\d\d-\d\d|\d\d/\d\d/\d{4}")
_FIGURE = re.compile(rf"(?<![\w.,\-\[]){NUMBER}(?![\w\]])")


def figures(text: str, language: str) -> list[Decimal]:
    said = _FIGURE.findall(_DATE.sub(" ", text))
    return sorted(number(figure, language) for figure in said)


@pytest.mark.parametrize(("english", "portuguese"), PAIRS)
def test_both_languages_say_the_same(english: str, portuguese: str, reader: Reader) -> None:
    first, second = answer(english, reader=reader), answer(portuguese, reader=reader)
    assert (first.language, second.language) == ("en", "pt")
    assert first.answered == second.answered
    assert first.rows
    assert first.rows == second.rows
    assert figures(first.text, "en") == figures(second.text, "pt")
    assert [c.price_id for c in first.citations] == [c.price_id for c in second.citations]
    assert len(first.caveats) == len(second.caveats)


@pytest.mark.parametrize("question", [question for pair in PAIRS for question in pair])
def test_no_answer_holds_a_figure_that_no_tool_returned(question: str, context: Context) -> None:
    reading = read(question, context.words)
    context.language = reading.language
    page = asking.by_rules(reading, context, AgentSettings())
    always = [context.reader.snapshot.id, context.reader.snapshot.created_at, len(page.rows), examples(page)]
    assert ungrounded("\n".join(page.lines), evidence_of(context.findings, question, always)) == []
