alter table task add column custom text not null default '{}';
alter table interaction add column custom text not null default '{}';
alter table project add column custom text not null default '{}';
