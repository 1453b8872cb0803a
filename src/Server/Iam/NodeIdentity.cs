namespace Postern.Server.Iam;

/// <summary>What identity needs to know of a registered node.</summary>
/// <param name="NodeId">mi- and 17 hex digits.</param>
/// <param name="IamRole">The role its activation names; a path before the last slash does not count.</param>
/// <param name="PublicKey">RSA public key, SubjectPublicKeyInfo, DER.</param>
internal sealed record NodeIdentity(string NodeId, string IamRole, byte[] PublicKey);

/// <summary>
/// Looks a registered node up; null when there is none (never registered, or deregistered). Given by the feature that owns nodes, which
/// stands to the right of this one. A failure must throw: null puts a node's agent to sleep for half an hour.
/// </summary>
internal delegate ValueTask<NodeIdentity?> FindNode(string nodeId, CancellationToken cancellationToken);
