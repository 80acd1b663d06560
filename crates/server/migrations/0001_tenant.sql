create table if not exists tenant (
  key text primary key,
  title text not null,
  host text not null unique,
  state text not null check (state in ('active', 'suspended')),
  made_at @int not null
) @strict;
