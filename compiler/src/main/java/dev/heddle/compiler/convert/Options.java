package dev.heddle.compiler.convert;

import java.util.Optional;

/// What a conversion cannot read from resources.
///
/// @param gatewayClass of the Gateways that are made
/// @param gatewayService Service of the proxies of Gateways whose selector no Service has, as in
///   `istio-ingressgateway.istio-system`; empty for none
public record Options(String gatewayClass, Optional<ServiceName> gatewayService) {
    /// Heddle's own class.
    public static final Options DEFAULT = new Options("heddle", Optional.empty());

    /// A Service.
    public record ServiceName(String name, String namespace) {}
}
