/// What Kubernetes Secrets hold for TLS: read once for each world, with what is wrong with them.
///
/// [dev.heddle.compiler.secret.SecretMaterial] is one Secret, and
/// [dev.heddle.compiler.secret.Credentials] are all of them. A finding from here never has a byte
/// of an entry in it.
@NullMarked
package dev.heddle.compiler.secret;

import org.jspecify.annotations.NullMarked;
