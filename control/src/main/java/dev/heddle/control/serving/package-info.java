/// What the control plane's own servers show to whoever calls them.
///
/// A [dev.heddle.control.serving.CertificateSource] is asked again and again, so that certificates
/// change without a restart; [dev.heddle.control.serving.OwnCertificates] knows which ones are
/// shown, and says when they end.
@NullMarked
package dev.heddle.control.serving;

import org.jspecify.annotations.NullMarked;
