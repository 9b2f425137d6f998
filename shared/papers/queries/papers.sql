-- newest: Return the newest paper of a kind in a language about each of these subjects, without those that there are none of.
SELECT DISTINCT ON (subject_id) subject_id, template_hash, content, series, number, unset FROM papers
WHERE kind = :kind AND language = :language AND subject_id = ANY(:subjects)
ORDER BY subject_id, id DESC;

-- numbered: Return the document number that papers of a kind about these subjects have already, in any language.
SELECT DISTINCT ON (subject_id) subject_id, series, number FROM papers
WHERE kind = :kind AND subject_id = ANY(:subjects) AND number IS NOT NULL
ORDER BY subject_id, id DESC;

-- last_number: Return the highest number given in a series, 0 if there is none.
SELECT coalesce(max(number), 0) FROM papers WHERE series = :series;

-- lock: Let one transaction at a time make papers: numbers have no gaps, and no paper is made twice.
SELECT pg_advisory_xact_lock(x'706170657273'::bigint);

-- in_force: Return the template of a kind in a language that was confirmed last; without a hash it is the shipped one.
SELECT hash, confirmed_at FROM paper_templates WHERE kind = :kind AND language = :language AND confirmed_at IS NOT NULL
ORDER BY confirmed_at DESC, id DESC LIMIT 1;
