/* A shared library that is no compiled model. */
int something_else(void);
int something_else(void) { return 1; }
