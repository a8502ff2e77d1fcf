package dev.heddle.proxy.runtime.linux;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/// Sockets as one thread calls them: none waits. Memory goes in and out by its address.
///
/// Results are those of [Kernel]; what is only done a few times in the life of a socket throws.
public final class SocketCalls {
    /// Pieces that leave in one call. The kernel takes 1,024; what a turn writes to one connection
    /// is seldom more than a dozen.
    public static final int PIECES = 64;

    /// Does not take bytes out of the socket (`MSG_PEEK`).
    public static final int PEEK = 2;

    public static final int SOL_IP = 0;
    public static final int SOL_TCP = 6;
    public static final int SOL_IPV6 = 41;
    public static final int SOL_SOCKET = 1;
    public static final int SO_REUSEADDR = 2;
    public static final int SO_KEEPALIVE = 9;
    public static final int SO_REUSEPORT = 15;

    /// A socket's end may be an address that is not this machine's.
    public static final int IP_TRANSPARENT = 19;

    public static final int IPV6_TRANSPARENT = 75;

    /// By which netfilter and routing know a socket's packets.
    public static final int SO_MARK = 36;

    public static final int TCP_NODELAY = 1;
    public static final int TCP_KEEPIDLE = 4;
    public static final int TCP_KEEPINTVL = 5;
    public static final int TCP_KEEPCNT = 6;

    /// `IP_BIND_ADDRESS_NO_PORT`.
    public static final int BIND_WITHOUT_PORT = 24;

    private static final int IPV6_V6ONLY = 26;
    private static final int SO_ERROR = 4;
    private static final int SO_LINGER = 13;
    private static final int SO_ORIGINAL_DST = 80;
    private static final int AF_UNIX = 1;
    private static final int AF_INET = 2;
    private static final int AF_INET6 = 10;
    private static final int SOCK_STREAM = 1;
    private static final int SOCK_DGRAM = 2;
    private static final int SOCK_FLAGS = 0x800 | 0x80000; // SOCK_NONBLOCK, SOCK_CLOEXEC
    private static final int MSG_NOSIGNAL = 0x4000;
    private static final int SHUT_WR = 1;

    /// `struct sockaddr_in` and `struct sockaddr_in6`.
    private static final int IN_BYTES = 16;

    private static final int IN6_BYTES = 28;

    /// `struct sockaddr_un`.
    private static final int UN_BYTES = 110;

    /// `struct iovec`: an address and a length.
    private static final int IOVEC_BYTES = 16;

    /// `struct msghdr`; the vector's address and its length stand at 16 and 24.
    private static final int MSGHDR_BYTES = 56;

    private static final int OPTION_BYTES = 256;

    private static final ValueLayout.OfShort PORT =
            ValueLayout.JAVA_SHORT.withOrder(ByteOrder.BIG_ENDIAN);

    private final Kernel kernel;
    private final MemorySegment address = Arena.global().allocate(UN_BYTES, 8);
    private final MemorySegment length = Arena.global().allocate(4, 8);
    private final MemorySegment option = Arena.global().allocate(OPTION_BYTES, 8);
    private final MemorySegment vector = Arena.global().allocate((long) PIECES * IOVEC_BYTES, 8);
    private final MemorySegment message = Arena.global().allocate(MSGHDR_BYTES, 8);
    private final long messageAddress = message.address();

    public SocketCalls(Kernel kernel) {
        this.kernel = kernel;
        message.set(ValueLayout.JAVA_LONG, 16, vector.address());
    }

    /// Takes bytes.
    ///
    /// @param flags 0 or [#PEEK]
    /// @return how many; 0 at the end
    public int receive(int socket, long to, int most, int flags) {
        return (int) kernel.call(SystemCall.RECVFROM, socket, to, most, flags, 0, 0);
    }

    /// Takes a datagram; who sent it is what [#peer] says then.
    ///
    /// @return its bytes, as far as they fit
    public int receiveFrom(int socket, long to, int most) {
        length.set(ValueLayout.JAVA_INT, 0, IN6_BYTES);
        return (int)
                kernel.call(
                        SystemCall.RECVFROM,
                        socket,
                        to,
                        most,
                        0,
                        address.address(),
                        length.address());
    }

    /// Sends a datagram.
    ///
    /// @return how many bytes the kernel took, which are all or none
    public int sendTo(int socket, long from, int count, InetSocketAddress to) {
        try {
            int bytes = write(to);
            return (int)
                    kernel.call(
                            SystemCall.SENDTO,
                            socket,
                            from,
                            count,
                            MSG_NOSIGNAL,
                            address.address(),
                            bytes);
        } catch (UnknownHostException e) {
            return -1;
        }
    }

    /// Sends bytes.
    ///
    /// @return how many the kernel took
    public int send(int socket, long from, int count) {
        return (int) kernel.call(SystemCall.SENDTO, socket, from, count, MSG_NOSIGNAL, 0, 0);
    }

    /// Sets a piece for [#sendPieces].
    ///
    /// @param index below [#PIECES]
    public void setPiece(int index, long from, long count) {
        vector.set(ValueLayout.JAVA_LONG, (long) index * IOVEC_BYTES, from);
        vector.set(ValueLayout.JAVA_LONG, (long) index * IOVEC_BYTES + 8, count);
    }

    /// Sends so many pieces, as they were set.
    public int sendPieces(int socket, int count) {
        message.set(ValueLayout.JAVA_LONG, 24, count);
        return (int) kernel.call(SystemCall.SENDMSG, socket, messageAddress, MSG_NOSIGNAL, 0, 0, 0);
    }

    /// Opens a socket of the family of an address; one for IPv6 takes IPv4 as well.
    public int open(InetSocketAddress of) throws IOException {
        return open(of, SOCK_STREAM);
    }

    /// The same for datagrams.
    public int openDatagrams(InetSocketAddress of) throws IOException {
        return open(of, SOCK_DGRAM);
    }

    private int open(InetSocketAddress of, int type) throws IOException {
        boolean isSix = of.getAddress() instanceof Inet6Address;
        int socket =
                checked(
                        kernel.call(
                                SystemCall.SOCKET,
                                isSix ? AF_INET6 : AF_INET,
                                type | SOCK_FLAGS,
                                0,
                                0,
                                0,
                                0),
                        "socket");
        if (isSix) {
            set(socket, SOL_IPV6, IPV6_V6ONLY, 0);
        }
        return socket;
    }

    /// Opens a socket that has paths for addresses.
    public int openUnix() throws IOException {
        return checked(
                kernel.call(SystemCall.SOCKET, AF_UNIX, SOCK_STREAM | SOCK_FLAGS, 0, 0, 0, 0),
                "socket");
    }

    /// Begins to connect to a path.
    ///
    /// @param path of a file, or of none if it begins with `@`
    public void connect(int socket, String path) throws IOException {
        byte[] bytes = path.getBytes(StandardCharsets.UTF_8);
        if (bytes.length > UN_BYTES - 3) {
            throw new IOException("connect to " + path + ": too long a path");
        }
        boolean isFile = bytes[0] != '@';
        address.fill((byte) 0);
        address.set(ValueLayout.JAVA_SHORT, 0, (short) AF_UNIX);
        int from = isFile ? 0 : 1;
        MemorySegment.copy(
                bytes, from, address, ValueLayout.JAVA_BYTE, 2 + from, bytes.length - from);
        int length = 2 + bytes.length + (isFile ? 1 : 0);
        long result = kernel.call(SystemCall.CONNECT, socket, address.address(), length, 0, 0, 0);
        if (result != -Errno.EINPROGRESS) {
            checked(result, "connect to " + path);
        }
    }

    public void bind(int socket, InetSocketAddress to) throws IOException {
        long result = kernel.call(SystemCall.BIND, socket, address.address(), write(to), 0, 0, 0);
        checked(result, "bind to " + text(to));
    }

    public void listen(int socket, int backlog) throws IOException {
        checked(kernel.call(SystemCall.LISTEN, socket, backlog, 0, 0, 0, 0), "listen");
    }

    /// Begins to connect; that it is done, or has failed, is an event.
    public void connect(int socket, InetSocketAddress to) throws IOException {
        long result =
                kernel.call(SystemCall.CONNECT, socket, address.address(), write(to), 0, 0, 0);
        if (result != -Errno.EINPROGRESS) {
            checked(result, "connect to " + text(to));
        }
    }

    /// Takes a connection; where it comes from is what [#peer] says then.
    public int accept(int socket) {
        length.set(ValueLayout.JAVA_INT, 0, IN6_BYTES);
        return (int)
                kernel.call(
                        SystemCall.ACCEPT4,
                        socket,
                        address.address(),
                        length.address(),
                        SOCK_FLAGS,
                        0,
                        0);
    }

    /// Where the connection comes from that was just accepted, or the datagram that was just taken.
    public InetSocketAddress peer() {
        return read(address);
    }

    /// Says that nothing more is sent.
    public void endOutput(int socket) {
        kernel.call(SystemCall.SHUTDOWN, socket, SHUT_WR, 0, 0, 0, 0);
    }

    /// Has the socket's close reset the connection.
    public void resetOnClose(int socket) {
        option.set(ValueLayout.JAVA_INT, 0, 1);
        option.set(ValueLayout.JAVA_INT, 4, 0);
        setOption(socket, SOL_SOCKET, SO_LINGER, 8);
    }

    /// Sets an option to a number.
    public void set(int socket, int level, int name, int value) throws IOException {
        option.set(ValueLayout.JAVA_INT, 0, value);
        checked(setOption(socket, level, name, 4), "socket option %d/%d".formatted(level, name));
    }

    /// Sets an option to bytes.
    ///
    /// @param value 256 at most
    public void set(int socket, int level, int name, byte[] value) throws IOException {
        if (value.length > OPTION_BYTES) {
            throw new IOException("a socket option of " + value.length + " bytes");
        }
        MemorySegment.copy(value, 0, option, ValueLayout.JAVA_BYTE, 0, value.length);
        checked(
                setOption(socket, level, name, value.length),
                "socket option %d/%d".formatted(level, name));
    }

    private long setOption(int socket, int level, int name, int bytes) {
        return kernel.call(SystemCall.SETSOCKOPT, socket, level, name, option.address(), bytes, 0);
    }

    /// What went wrong with a socket (`SO_ERROR`); 0 for nothing.
    public int error(int socket) {
        length.set(ValueLayout.JAVA_INT, 0, 4);
        long result = getOption(socket, SOL_SOCKET, SO_ERROR);
        return result < 0 ? (int) -result : option.get(ValueLayout.JAVA_INT, 0);
    }

    private long getOption(int socket, int level, int name) {
        return kernel.call(
                SystemCall.GETSOCKOPT, socket, level, name, option.address(), length.address(), 0);
    }

    /// The socket's own end; null when it has none any more.
    public @Nullable InetSocketAddress local(int socket) {
        length.set(ValueLayout.JAVA_INT, 0, IN6_BYTES);
        long result =
                kernel.call(
                        SystemCall.GETSOCKNAME,
                        socket,
                        address.address(),
                        length.address(),
                        0,
                        0,
                        0);
        boolean hasPath = address.get(ValueLayout.JAVA_SHORT, 0) == AF_UNIX;
        return result < 0 || hasPath ? null : read(address);
    }

    /// Where a connection was made to before netfilter redirected it (`SO_ORIGINAL_DST`, and
    /// `IP6T_SO_ORIGINAL_DST`); null where nobody did, or connections are not tracked.
    public @Nullable InetSocketAddress original(int socket, boolean isSix) {
        length.set(ValueLayout.JAVA_INT, 0, isSix ? IN6_BYTES : IN_BYTES);
        long result = getOption(socket, isSix ? SOL_IPV6 : SOL_IP, SO_ORIGINAL_DST);
        return result < 0 ? null : read(option);
    }

    /// Writes an address as the kernel reads it.
    ///
    /// @return how many bytes
    private int write(InetSocketAddress from) throws UnknownHostException {
        InetAddress host = from.getAddress();
        if (host == null) {
            throw new UnknownHostException(from.getHostString());
        }
        byte[] bytes = host.getAddress();
        address.fill((byte) 0);
        address.set(PORT, 2, (short) from.getPort());
        if (host instanceof Inet6Address six) {
            address.set(ValueLayout.JAVA_SHORT, 0, (short) AF_INET6);
            MemorySegment.copy(bytes, 0, address, ValueLayout.JAVA_BYTE, 8, bytes.length);
            address.set(ValueLayout.JAVA_INT, 24, six.getScopeId());
            return IN6_BYTES;
        }
        address.set(ValueLayout.JAVA_SHORT, 0, (short) AF_INET);
        MemorySegment.copy(bytes, 0, address, ValueLayout.JAVA_BYTE, 4, bytes.length);
        return IN_BYTES;
    }

    /// An address of IPv4 that is mapped into IPv6 shows as IPv4.
    static InetSocketAddress read(MemorySegment from) {
        boolean isSix = from.get(ValueLayout.JAVA_SHORT, 0) == AF_INET6;
        var bytes = new byte[isSix ? 16 : 4];
        MemorySegment.copy(from, ValueLayout.JAVA_BYTE, isSix ? 8 : 4, bytes, 0, bytes.length);
        int port = from.get(PORT, 2) & 0xffff;
        int scope = isSix ? from.get(ValueLayout.JAVA_INT, 24) : 0;
        try {
            InetAddress host =
                    scope == 0
                            ? InetAddress.getByAddress(bytes)
                            : Inet6Address.getByAddress(null, bytes, scope);
            return new InetSocketAddress(host, port);
        } catch (UnknownHostException e) {
            throw new IllegalStateException("four or sixteen bytes", e);
        }
    }

    /// For messages: host and port, or a path.
    public static String text(InetSocketAddress address) {
        InetAddress host = address.getAddress();
        if (host == null) {
            return address.getHostString();
        }
        return host instanceof Inet6Address
                ? "[" + host.getHostAddress() + "]:" + address.getPort()
                : host.getHostAddress() + ":" + address.getPort();
    }

    private static int checked(long result, String what) throws IOException {
        if (result < 0) {
            throw Errno.exception((int) -result, what);
        }
        return (int) result;
    }
}
