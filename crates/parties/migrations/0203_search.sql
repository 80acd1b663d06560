create table if not exists name_token (
  token @sorted primary key
) @clustered;
create table if not exists token_gram (
  gram @sorted not null,
  token @sorted not null,
  primary key (gram, token)
) @clustered;
create table if not exists client_token (
  token @sorted not null,
  client_id @id not null references client (id),
  primary key (token, client_id)
) @clustered;
create index if not exists client_token_client on client_token (client_id);
create table if not exists client_key (
  value @sorted not null,
  kind text not null,
  client_id @id not null references client (id),
  primary key (value, kind, client_id)
) @clustered;
create index if not exists client_key_client on client_key (client_id);
