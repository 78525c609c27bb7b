-- An import that was stopped half-way leaves seeds of two imports: the next one finishes it.
select file from glob({{ project_path('seeds/timm/unfinished_import') }} || '/*')
