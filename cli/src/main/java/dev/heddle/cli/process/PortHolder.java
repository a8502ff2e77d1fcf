package dev.heddle.cli.process;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/// Finds out which process has a TCP port, from Linux's `/proc`.
///
/// @param proc `/proc`, or a copy of it
public record PortHolder(Path proc) {
    private static final String LISTEN = "0A";
    private static final int MAX_COMMAND = 160;

    /// Of this machine.
    public static final PortHolder OF_THIS_MACHINE = new PortHolder(Path.of("/proc"));

    /// Whether nobody listens on that port of the loopback interface.
    public static boolean isFree(int port) {
        try (var socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            return true;
        } catch (IOException _) {
            return false;
        }
    }

    /// Who listens on that port, as in `process 4711 (java -cp … demo)`; empty when that cannot be
    /// seen, because it belongs to another user or there is no `/proc`.
    public Optional<String> find(int port) {
        Set<String> inodes = new HashSet<>();
        inodes.addAll(listeners(proc.resolve("net/tcp"), port));
        inodes.addAll(listeners(proc.resolve("net/tcp6"), port));
        if (inodes.isEmpty()) {
            return Optional.empty();
        }
        try (DirectoryStream<Path> processes = Files.newDirectoryStream(proc, "[0-9]*")) {
            for (Path process : processes) {
                if (holds(process, inodes)) {
                    return Optional.of(describe(process));
                }
            }
        } catch (IOException _) {
            // Not to be seen: the answer below says so.
        }
        return Optional.empty();
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

    private static String describe(Path process) {
        String command;
        try {
            command =
                    Files.readString(process.resolve("cmdline"), StandardCharsets.UTF_8)
                            .replace('\0', ' ')
                            .strip();
        } catch (IOException _) {
            command = "";
        }
        return "process "
                + process.getFileName()
                + (command.isEmpty() ? "" : " (" + shorten(command) + ")");
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
