create index if not exists client_since_order on client (coalesce(client_since, ''), id);
create index if not exists client_branch_since on client (branch_id, coalesce(client_since, ''), id);
create index if not exists client_manager_since on client (manager_id, coalesce(client_since, ''), id);
create index if not exists client_branch_updated on client (branch_id, updated_at, id);
create index if not exists client_manager_updated on client (manager_id, updated_at, id);
