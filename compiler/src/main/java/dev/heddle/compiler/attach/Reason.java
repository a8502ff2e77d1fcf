package dev.heddle.compiler.attach;

/// Why a condition of a status is as it is, in the Gateway API's words.
public enum Reason {
    /// It is taken.
    Accepted,
    /// An address that is asked for is nobody's here.
    AddressNotUsable,
    /// Who is to answer, or to be asked, is not there, or has no such port.
    BackendNotFound,
    /// A Gateway lets clients in that cannot prove who they are.
    ConfigurationChanged,
    /// An older policy is for the same.
    Conflicted,
    /// A Gateway has a default scope. The API names the condition, and no reason for it.
    DefaultScope,
    /// A filter of a known kind is not there. The API has no word for it, and lets implementations
    /// have theirs.
    FilterNotFound,
    /// Another listener of the port has the same hostname.
    HostnameConflict,
    /// Of a rule's filters one excludes another.
    IncompatibleFilters,
    /// What another condition tells.
    Invalid,
    /// Roots are of a kind that has none.
    InvalidCACertificateKind,
    /// Roots are not there, or are none.
    InvalidCACertificateRef,
    /// A certificate is not there, or is none.
    InvalidCertificateRef,
    /// The certificate that services are shown is not there, or is none.
    InvalidClientCertificateRef,
    /// What is named is of a kind that nobody here knows.
    InvalidKind,
    /// Parameters are not there, or of a kind that says nothing here.
    InvalidParameters,
    /// Such routes cannot be at such a listener.
    InvalidRouteKinds,
    /// Not everything is there that listeners name.
    ListenersNotResolved,
    /// Listeners cannot be served.
    ListenersNotValid,
    /// No other listener wants the same.
    NoConflicts,
    /// No listener has a hostname of the route.
    NoMatchingListenerHostname,
    /// What the route wants to be attached to is not there.
    NoMatchingParent,
    /// None of the roots can be used, so that nobody is believed.
    NoValidCACertificate,
    /// A Gateway takes no listeners from there.
    NotAllowed,
    /// No listener takes such routes, or routes of that namespace.
    NotAllowedByListeners,
    /// Another listener of the port has hostnames in common.
    OverlappingHostnames,
    /// The Gateway is not accepted itself.
    ParentNotAccepted,
    /// Proxies are told of it.
    Programmed,
    /// Another listener of the port speaks something else.
    ProtocolConflict,
    /// What is named is another namespace's, without a ReferenceGrant.
    RefNotPermitted,
    /// Everything that is named is there.
    ResolvedRefs,
    /// What a policy is for is not there.
    TargetNotFound,
    /// An address is of a type that nobody here can have.
    UnsupportedAddress,
    /// Something is spoken that nobody here speaks, or not there.
    UnsupportedProtocol,
    /// The API takes a value, and nobody here can do it.
    UnsupportedValue
}
