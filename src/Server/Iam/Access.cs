namespace Postern.Server.Iam;

/// <summary>Who may call an operation. Checked in one place, before the operation runs; there is no default.</summary>
internal enum Access
{
    /// <summary>A signed request of a user (today: the administrator).</summary>
    User,
    /// <summary>A signed request of a registered node with its role's temporary keys; it may speak of itself only.</summary>
    Node,
    /// <summary>A request signed with a node's RSA key.</summary>
    NodeKey,
    /// <summary>Either a user or a node.</summary>
    UserOrNode,
    /// <summary>Unsigned: RegisterManagedInstance, protected by its activation code.</summary>
    Anonymous,
}
