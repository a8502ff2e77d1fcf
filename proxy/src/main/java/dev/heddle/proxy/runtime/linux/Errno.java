package dev.heddle.proxy.runtime.linux;

import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketException;

/// Errors by their numbers, which are the same on x86-64 and aarch64 (`asm-generic/errno.h`), in
/// the words of the C library and as the JDK's exceptions.
public final class Errno {
    public static final int EINTR = 4;
    public static final int EAGAIN = 11;
    public static final int ENOMEM = 12;
    public static final int ENFILE = 23;
    public static final int EMFILE = 24;
    public static final int ENOBUFS = 105;
    public static final int ECONNABORTED = 103;
    public static final int EINPROGRESS = 115;
    private static final int EACCES = 13;
    private static final int EADDRINUSE = 98;
    private static final int EADDRNOTAVAIL = 99;
    private static final int ENETUNREACH = 101;
    private static final int ETIMEDOUT = 110;
    private static final int ECONNREFUSED = 111;
    private static final int EHOSTUNREACH = 113;

    private Errno() {}

    /// The words of the C library for the ones that sockets have.
    static String text(int number) {
        return switch (number) {
            case 1 -> "Operation not permitted";
            case EINTR -> "Interrupted system call";
            case EAGAIN -> "Resource temporarily unavailable";
            case ENOMEM -> "Cannot allocate memory";
            case EACCES -> "Permission denied";
            case 22 -> "Invalid argument";
            case ENFILE -> "Too many open files in system";
            case EMFILE -> "Too many open files";
            case 32 -> "Broken pipe";
            case 92 -> "Protocol not available";
            case 95 -> "Operation not supported";
            case 97 -> "Address family not supported by protocol";
            case EADDRINUSE -> "Address already in use";
            case EADDRNOTAVAIL -> "Cannot assign requested address";
            case 100 -> "Network is down";
            case ENETUNREACH -> "Network is unreachable";
            case ECONNABORTED -> "Software caused connection abort";
            case 104 -> "Connection reset by peer";
            case ENOBUFS -> "No buffer space available";
            case ETIMEDOUT -> "Connection timed out";
            case ECONNREFUSED -> "Connection refused";
            case 112 -> "Host is down";
            case EHOSTUNREACH -> "No route to host";
            default -> "error " + number;
        };
    }

    /// The error as the JDK would throw it.
    ///
    /// @param number positive
    /// @param what was tried, with its address: `connect to 127.0.0.1:80`
    public static IOException exception(int number, String what) {
        String text = what + ": " + text(number);
        return switch (number) {
            case ECONNREFUSED, ETIMEDOUT -> new ConnectException(text);
            case ENETUNREACH, EHOSTUNREACH -> new NoRouteToHostException(text);
            case EADDRINUSE, EADDRNOTAVAIL, EACCES -> new BindException(text);
            default -> new SocketException(text);
        };
    }
}
