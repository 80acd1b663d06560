create table if not exists project_word (
  word @sorted not null,
  project_id @id not null references project (id),
  starts_on text not null,
  primary key (word, project_id)
) @clustered;
create index if not exists project_word_project on project_word (project_id);
--@postgres
insert into project_word (word, project_id, starts_on)
  select distinct substr(w, 1, 64), id, starts_on
  from project, unnest(string_to_array(title_norm, ' ')) w where w <> ''
  on conflict do nothing;
--@end
--@sqlite
insert into project_word (word, project_id, starts_on)
  with recursive cut (id, starts_on, word, rest) as (
    select id, starts_on, '', title_norm || ' ' from project
    union all
    select id, starts_on, substr(rest, 1, instr(rest, ' ') - 1), substr(rest, instr(rest, ' ') + 1)
    from cut where rest <> ''
  )
  select distinct substr(word, 1, 64), id, starts_on from cut where word <> ''
  on conflict do nothing;
--@end
