package dev.heddle.xds.server;

import dev.heddle.xds.NodeInfo;
import dev.heddle.xds.grpc.PeerCertificates;
import dev.heddle.xds.identity.SpiffeId;
import dev.heddle.xds.secret.PeerCheck;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import java.util.Optional;

/// Who makes a call, and who decides what he may be.
///
/// @param peer the other end
/// @param admission asked where the peer has proved who it is
public record Caller(Peer peer, Admission admission) {
    private static final Context.Key<Caller> KEY = Context.key("caller");

    /// Of the call that is being begun, at a port of an [XdsService].
    public static Caller current() {
        Caller caller = KEY.get();
        if (caller == null) {
            throw new IllegalStateException("no caller (expected: a call behind an interceptor)");
        }
        return caller;
    }

    /// Somebody who proves nothing, and is believed, as at a port in plain text.
    ///
    /// @param address for people to read
    public static Caller unproven(String address) {
        return new Caller(Peer.at(address), (_, _) -> Optional.empty());
    }

    /// Does something as a call of his: [#current] is he meanwhile.
    public void call(Runnable work) {
        Context.current().withValue(KEY, this).run(work);
    }

    /// Why he may not be that node; empty where he may.
    public Optional<String> refusal(NodeInfo node) {
        return peer.proven().flatMap(id -> admission.refusal(id, node));
    }

    /// Lets everybody in, as who he says he is.
    static ServerInterceptor anybody() {
        return new ServerInterceptor() {
            @Override
            public <I, O> ServerCall.Listener<I> interceptCall(
                    ServerCall<I, O> call, Metadata headers, ServerCallHandler<I, O> next) {
                return with(unproven(address(call)), call, headers, next);
            }
        };
    }

    /// Lets in who has a certificate that is believed now. A connection may be older than a change
    /// of whom to believe, and a session that is resumed is nobody's proof.
    static ServerInterceptor proven(PeerCheck.Question believed, Admission admission) {
        return new ServerInterceptor() {
            @Override
            public <I, O> ServerCall.Listener<I> interceptCall(
                    ServerCall<I, O> call, Metadata headers, ServerCallHandler<I, O> next) {
                Optional<SpiffeId> id =
                        PeerCertificates.of(call, believed).stream()
                                .findFirst()
                                .flatMap(SpiffeId::of);
                if (id.isEmpty()) {
                    call.close(
                            Status.UNAUTHENTICATED.withDescription(
                                    "no certificate of the mesh that is good now"),
                            new Metadata());
                    return new ServerCall.Listener<>() {};
                }
                return with(
                        new Caller(new Peer(address(call), id), admission), call, headers, next);
            }
        };
    }

    private static String address(ServerCall<?, ?> call) {
        return String.valueOf(call.getAttributes().get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR));
    }

    private static <I, O> ServerCall.Listener<I> with(
            Caller caller, ServerCall<I, O> call, Metadata headers, ServerCallHandler<I, O> next) {
        return Contexts.interceptCall(
                Context.current().withValue(KEY, caller), call, headers, next);
    }
}
