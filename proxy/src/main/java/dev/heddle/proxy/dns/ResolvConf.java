package dev.heddle.proxy.dns;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The servers of names that a machine has (`resolv.conf(5)`).
public final class ResolvConf {
    private static final Logger LOG = LoggerFactory.getLogger(ResolvConf.class);
    private static final int PORT = 53;

    /// As many as the C library looks at.
    private static final int MOST = 3;

    private ResolvConf() {}

    /// Those of a file; none where it cannot be read.
    public static List<InetSocketAddress> servers(Path file) {
        try {
            return servers(Files.readAllLines(file));
        } catch (IOException e) {
            LOG.warn("{}: no servers of names: {}", file, e.toString());
            return List.of();
        }
    }

    static List<InetSocketAddress> servers(List<String> lines) {
        var servers = new ArrayList<InetSocketAddress>();
        for (String line : lines) {
            String[] words = line.strip().split("\\s+", -1);
            if (words.length >= 2 && words[0].equals("nameserver") && servers.size() < MOST) {
                try {
                    servers.add(new InetSocketAddress(InetAddress.ofLiteral(words[1]), PORT));
                } catch (IllegalArgumentException e) {
                    LOG.warn("nameserver {} (expected: an IP address)", words[1]);
                }
            }
        }
        return servers;
    }
}
