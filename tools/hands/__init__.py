"""How the hands of the embedded sample are chosen from UNIPEN."""
