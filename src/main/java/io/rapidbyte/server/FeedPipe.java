package io.rapidbyte.server;

/** The way to one client of a live feed. On the server's event loop. */
interface FeedPipe {
    /** Whether as much is under way as should be; what is sent nevertheless is kept in memory. */
    boolean full();

    void send(FeedMessage message);

    /** Tells the client that we live, and finds out whether it does. */
    void heartbeat();

    /** Ends in good order, after all that was sent. */
    void end();

    /** Ends at once. */
    void drop();
}
