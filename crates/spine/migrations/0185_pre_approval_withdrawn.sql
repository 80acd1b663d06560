create table if not exists pre_approval_withdrawn (
  pre_approval_id @id primary key,
  client_id @id not null,
  withdrawn_by @id not null,
  withdrawn_at @int not null
) @strict;
create index if not exists pre_approval_withdrawn_client on pre_approval_withdrawn (client_id);
