/// The mesh's certificate authority.
///
/// Who asks is found out first ([Callers]): by a join token, by a token of Kubernetes, or by the
/// certificate that he has already. What he gets says that, whatever his request says
/// ([CertificateAuthority]). Keys are kept in files that only their owner can read, and are printed
/// nowhere.
@NullMarked
package dev.heddle.control.ca;

import org.jspecify.annotations.NullMarked;
