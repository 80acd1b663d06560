create table if not exists token_limit (
  token_id @id not null references api_token (id),
  permission text not null,
  scope text not null check (scope in ('own', 'team', 'branch', 'region', 'bank')),
  primary key (token_id, permission)
) @strict;
