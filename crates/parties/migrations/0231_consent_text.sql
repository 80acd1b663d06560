create table if not exists consent_text (
  id @id primary key,
  purpose text not null,
  version text not null,
  text_ru text not null,
  text_en text not null default '',
  from_on text not null,
  until_on text,
  author_id @id,
  at @int not null
) @strict;
create unique index if not exists consent_text_version on consent_text (purpose, version);
-- beside client_consent, under the id of its word; a word without a row here was said when it was written down
create table if not exists consent_proof (
  id @id primary key,
  client_id @id not null references client (id),
  evidence_kind text not null default '',
  file_id @id,
  said_at @int not null
) @strict;
create index if not exists consent_proof_client on consent_proof (client_id);
