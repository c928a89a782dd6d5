-- Made by the superuser of the target, who alone may.
CREATE FOREIGN DATA WRAPPER nowhere;
CREATE SERVER far FOREIGN DATA WRAPPER nowhere;
CREATE FOREIGN TABLE public.far_away (id int, note text) SERVER far;
GRANT ALL ON public.far_away TO PUBLIC;
CREATE FUNCTION public.internal_upper(text) RETURNS text LANGUAGE internal IMMUTABLE STRICT AS 'upper';
