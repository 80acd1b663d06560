# holdings
