alter table client_link add column custom text not null default '{}';
alter table account add column custom text not null default '{}';
