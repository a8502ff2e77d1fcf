package dev.heddle.bench.fleet;

import dev.heddle.xds.client.grpc.GrpcTransport;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.SplittableRandom;
import java.util.concurrent.Executors;

/// A process full of xDS clients.
///
/// Arguments: the port of the control plane, the first client's number and how many there are.
/// Prints `synced MILLIS BYTES` when every client has everything; then for each line on its
/// standard input `since RESPONSES BYTES`, counted since the line before. Ends when its standard
/// input does.
public final class FleetMain {
    private FleetMain() {}

    /// Runs the fleet.
    public static void main(String[] args) throws IOException, InterruptedException {
        var server =
                new InetSocketAddress(InetAddress.getLoopbackAddress(), Integer.parseInt(args[0]));
        int count = Integer.parseInt(args[2]);
        int first = Integer.parseInt(args[1]);
        var tally = new Tally(count);
        var callbacks = Executors.newSingleThreadExecutor();
        long start = System.nanoTime();
        for (int i = 0; i < count; i++) {
            var member = new Member(tally);
            var client =
                    GrpcTransport.client(
                            server,
                            Member.node(first + i),
                            member,
                            callbacks,
                            InstantSource.system(),
                            new SplittableRandom(i));
            member.use(client);
            client.start();
        }
        tally.awaitAll();
        System.out.println(
                "synced " + (System.nanoTime() - start) / 1_000_000 + " " + tally.takeBytes());
        tally.takeResponses();
        var in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        while (in.readLine() != null) {
            System.out.println("since " + tally.takeResponses() + " " + tally.takeBytes());
        }
        System.exit(0);
    }
}
