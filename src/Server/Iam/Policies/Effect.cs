namespace Postern.Server.Iam.Policies;

internal enum Effect
{
    Allow,
    Deny,
}
