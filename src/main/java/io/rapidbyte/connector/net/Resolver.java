package io.rapidbyte.connector.net;

import java.io.IOException;
import java.net.InetAddress;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Looks names up on a thread of its own, because the platform's look-up heeds neither timeout nor interrupt. */
final class Resolver {
    /** A server has a few addresses; a name with more would only stretch the wait. */
    private static final int MAX_ADDRESSES = 8;

    private Resolver() {}

    static List<InetAddress> resolve(String host, Duration timeout) throws IOException, InterruptedException {
        FutureTask<InetAddress[]> lookup = new FutureTask<>(() -> InetAddress.getAllByName(host));
        Thread.ofPlatform().daemon().name("rapidbyte-dns").start(lookup);
        try {
            InetAddress[] found = lookup.get(timeout.toNanos(), TimeUnit.NANOSECONDS);
            return Arrays.stream(found).limit(MAX_ADDRESSES).toList();
        } catch (TimeoutException e) {
            throw new SocketTimeoutException("no answer to the look-up of " + host);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof UnknownHostException unknown) {
                throw unknown;
            }
            throw new IOException("the look-up of " + host + " failed", e.getCause());
        }
    }
}
