alter table client add column secrecy text not null default 'open' check (secrecy in ('open', 'restricted', 'secret'));
create index if not exists client_secrecy on client (secrecy, sort_name, id) where secrecy <> 'open';
