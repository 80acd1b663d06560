create index if not exists client_since on client (client_since, id);
create index if not exists client_branch_since on client (branch_id, client_since, id);
create index if not exists client_manager_since on client (manager_id, client_since, id);
create index if not exists client_branch_updated on client (branch_id, updated_at, id);
create index if not exists client_manager_updated on client (manager_id, updated_at, id);
