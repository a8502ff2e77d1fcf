package dev.heddle.cli.process;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// Finds out which process has a TCP port, from Linux's `/proc`.
///
/// @param proc `/proc`, or a copy of it
public record PortHolder(Path proc) {
    private static final String LISTEN = "0A";
    private static final int MAX_COMMAND = 160;
    private static final int MAX_ANCESTORS = 20;

    /// Of this machine.
    public static final PortHolder OF_THIS_MACHINE = new PortHolder(Path.of("/proc"));

    /// Whether nobody listens on that port of the loopback interface.
    public static boolean isFree(int port) {
        // Bound and not listening: a client that comes meanwhile is refused, and not cut off.
        try (var socket = new Socket()) {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            return true;
        } catch (IOException _) {
            return false;
        }
    }

    /// A process that has a port, or an ancestor of one.
    ///
    /// @param command its words; none when they cannot be seen
    public record Owner(long pid, List<String> command) {
        public Owner {
            command = List.copyOf(command);
        }

        /// As in `process 4711 (java -cp … demo)`.
        @Override
        public String toString() {
            String words = shorten(String.join(" ", command).strip());
            return "process " + pid + (words.isEmpty() ? "" : " (" + words + ")");
        }
    }

    /// The process that listens on that port and then its ancestors, the nearest first; none when
    /// that cannot be seen, because it belongs to another user or there is no `/proc`.
    public List<Owner> find(int port) {
        Set<String> inodes = new HashSet<>();
        inodes.addAll(listeners(proc.resolve("net/tcp"), port));
        inodes.addAll(listeners(proc.resolve("net/tcp6"), port));
        if (inodes.isEmpty()) {
            return List.of();
        }
        try (DirectoryStream<Path> processes = Files.newDirectoryStream(proc, "[0-9]*")) {
            for (Path process : processes) {
                if (holds(process, inodes)) {
                    return line(Long.parseLong(process.getFileName().toString()));
                }
            }
        } catch (IOException _) {
            // Not to be seen: the answer below says so.
        }
        return List.of();
    }

    private List<Owner> line(long pid) {
        var line = new ArrayList<Owner>();
        for (long next = pid; next > 1 && line.size() < MAX_ANCESTORS; next = parent(next)) {
            line.add(new Owner(next, command(next)));
        }
        return line;
    }

    /// The parent's id, from the second column after the name, which is in parentheses and may hold
    /// anything; 0 for none.
    private long parent(long pid) {
        try {
            String stat = Files.readString(proc.resolve(pid + "/stat"));
            String[] columns = stat.substring(stat.lastIndexOf(')') + 1).strip().split(" ", -1);
            return Long.parseLong(columns[1]);
        } catch (IOException _) {
            return 0;
        }
    }

    /// The inodes of sockets that listen on the port, from a table of sockets: the second column is
    /// `ADDRESS:PORT` in hexadecimal, the fourth the state, the tenth the inode.
    private static Set<String> listeners(Path table, int port) {
        var inodes = new HashSet<String>();
        try {
            for (String line : Files.readAllLines(table)) {
                String[] columns = line.strip().split("\\s+", -1);
                if (columns.length > 9
                        && columns[1].endsWith(":%04X".formatted(port))
                        && columns[3].equals(LISTEN)) {
                    inodes.add("socket:[" + columns[9] + "]");
                }
            }
        } catch (IOException _) {
            // No such table: nothing known.
        }
        return inodes;
    }

    private static boolean holds(Path process, Set<String> inodes) {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(process.resolve("fd"))) {
            for (Path file : files) {
                if (inodes.contains(Files.readSymbolicLink(file).toString())) {
                    return true;
                }
            }
        } catch (IOException _) {
            // Another user's process, or one that just ended.
        }
        return false;
    }

    private List<String> command(long pid) {
        try {
            String words = Files.readString(proc.resolve(pid + "/cmdline"), StandardCharsets.UTF_8);
            return words.isEmpty() ? List.of() : List.of(words.split("\0", -1));
        } catch (IOException _) {
            return List.of();
        }
    }

    /// A Java command line is long and says most at its ends.
    private static String shorten(String command) {
        if (command.length() <= MAX_COMMAND) {
            return command;
        }
        return command.substring(0, MAX_COMMAND / 3)
                + " … "
                + command.substring(command.length() - MAX_COMMAND * 2 / 3);
    }
}
