-- needs: parameters
-- Which procedure rules could be tried on each declaration and which it breaks, as bits (1 for P1).
rule_verdict AS (
{{rules}}
)
