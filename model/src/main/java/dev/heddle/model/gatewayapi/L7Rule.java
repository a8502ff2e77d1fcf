package dev.heddle.model.gatewayapi;

import java.util.List;
import java.util.Optional;

/// What rules of HTTPRoutes and GRPCRoutes say.
///
/// @param <M> their matches
/// @param <F> their filters
public sealed interface L7Rule<M, F extends RouteFilter> extends RouteRule
        permits HttpRoute.Rule, GrpcRoute.Rule {

    /// Any of them; empty for everything.
    List<M> matches();

    /// In this order.
    List<F> filters();

    @Override
    List<? extends Backend<F>> backendRefs();

    /// Whether calls of one client stay with one who answers.
    Optional<SessionPersistence> sessionPersistence();

    /// Who answers, among others.
    ///
    /// @param <F> what is done with what comes to this one
    sealed interface Backend<F extends RouteFilter> extends RouteBackend
            permits HttpRoute.HttpBackendRef, GrpcRoute.GrpcBackendRef {

        /// In this order, after the rule's.
        List<F> filters();
    }
}
