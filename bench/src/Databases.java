/** Where rows come from and where they go. */
interface Databases extends AutoCloseable {
    Database source();

    Database target();

    /** Of a user; left as they are but for the table that is copied. */
    record Named(Database source, Database target) implements Databases {
        @Override
        public void close() {}
    }
}
