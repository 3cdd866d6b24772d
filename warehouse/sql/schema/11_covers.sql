-- Whether a batch's scope claims a cell; a null part of the scope claims everything.
CREATE MACRO covers(
    scope_provider, scope_service, scope_regions, scope_options, provider, service, region, purchase_option
) AS (
    (scope_provider IS NULL OR scope_provider = provider)
    AND (scope_service IS NULL OR scope_service = service)
    AND (scope_regions IS NULL OR list_contains(scope_regions, region))
    AND (scope_options IS NULL OR list_contains(scope_options, purchase_option))
);
