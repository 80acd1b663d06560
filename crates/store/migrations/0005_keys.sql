create table if not exists master_key (
  id @int primary key,
  sealed @bytes not null,
  made_at @int not null
) @strict;
create table if not exists data_key (
  owner_id @id primary key,
  master_id @int references master_key (id),
  sealed @bytes,
  made_at @int not null,
  destroyed_at @int,
  check ((sealed is null) = (destroyed_at is not null))
) @clustered;
create index if not exists data_key_master on data_key (master_id, owner_id);
