using System.Security.Cryptography;
using Microsoft.AspNetCore.Http;
using Postern.Protocol.AwsJson;
using Postern.Protocol.SigV4;
using Postern.Server.Settings;

namespace Postern.Server.Iam;

/// <summary>
/// Says who sent a request, or refuses it: signature, date, region, service and body hash are checked, then that the caller still exists.
/// Used for the API and for the REST calls and upgrades of nodes. Which caller may do what is decided by whoever asks.
/// </summary>
internal sealed class RequestAuthenticator(ServerOptions options, UserStore users, NodeCredentials nodeCredentials, FindNode findNode, TimeProvider time, ILogger<RequestAuthenticator> log)
{
    /// <summary>How far a caller's clock may be from ours.</summary>
    public static readonly TimeSpan DateTolerance = TimeSpan.FromMinutes(5);
    private const string NodeIdPrefix = "mi-";

    /// <param name="http">The request; its body is not read here.</param>
    /// <param name="body">The whole body, empty for an upgrade.</param>
    /// <param name="service">The signing name expected: ssm, ssmmessages, ec2messages, sts.</param>
    /// <param name="cancellationToken">The end of the request.</param>
    /// <exception cref="AwsErrorException">The caller is refused; code and status are those to answer with.</exception>
    public async Task<Caller> AuthenticateAsync(HttpContext http, ReadOnlyMemory<byte> body, string service, CancellationToken cancellationToken)
    {
        var request = ReceivedRequest.From(http, body.Span);
        if (!SigV4Verifier.TryParse(request, out var claims, out var error))
            throw AuthErrors.From(error!);
        try
        {
            return claims!.AccessKeyId.StartsWith(NodeIdPrefix, StringComparison.Ordinal) ? await NodeKeyAsync(request, claims, service, cancellationToken)
                : claims.AccessKeyId.StartsWith(KeyIds.TemporaryPrefix, StringComparison.Ordinal) ? await NodeAsync(request, claims, service, cancellationToken)
                : await UserAsync(request, claims, service, cancellationToken);
        }
        catch (AwsErrorException refusal)
        {
            log.Refused(ForeignText.Show(claims!.AccessKeyId), service, http.Connection.RemoteIpAddress, refusal.Code);
            throw;
        }
    }

    private async Task<Caller> UserAsync(SignableRequest request, SignatureClaims claims, string service, CancellationToken cancellationToken)
    {
        // A long-lived key has no session token; one that comes with it belongs to something else.
        if (claims.SessionToken is not null || claims.AccessKeyId.Length != KeyIds.AccessKeyLength)
            throw AuthErrors.UnknownKey();
        var key = await users.FindKeyAsync(claims.AccessKeyId, cancellationToken) ?? throw AuthErrors.UnknownKey();
        Verify(request, claims, key.SecretAccessKey, service);
        return new Caller(Access.User, options.Account, $"arn:aws:iam::{options.Account}:user/{key.UserName}", key.UserId, key.UserName);
    }

    private async Task<Caller> NodeAsync(SignableRequest request, SignatureClaims claims, string service, CancellationToken cancellationToken)
    {
        var token = nodeCredentials.TryOpen(claims.AccessKeyId, claims.SessionToken) ?? throw AuthErrors.UnknownKey();
        Verify(request, claims, token.SecretAccessKey, service);
        if (token.Expires <= time.GetUtcNow())
            throw AuthErrors.ExpiredToken();
        var node = await findNode(token.NodeId, cancellationToken) ?? throw AuthErrors.UnknownKey();
        var role = node.IamRole[(node.IamRole.LastIndexOf('/') + 1)..];
        return new Caller(Access.Node, options.Account, $"arn:aws:sts::{options.Account}:assumed-role/{role}/{node.NodeId}",
            $"{KeyIds.RoleId(options.Account, role)}:{node.NodeId}", node.NodeId, node.NodeId);
    }

    private async Task<Caller> NodeKeyAsync(SignableRequest request, SignatureClaims claims, string service, CancellationToken cancellationToken)
    {
        if (claims.SessionToken is not null)
            throw AuthErrors.UnknownKey();
        var node = await findNode(claims.AccessKeyId, cancellationToken) ?? throw AuthErrors.UnknownNode(ForeignText.Show(claims.AccessKeyId));
        using var key = RSA.Create();
        key.ImportSubjectPublicKeyInfo(node.PublicKey, out _);
        if (SigV4Verifier.VerifyRsa(request, claims, key, options.Region, service, time.GetUtcNow(), DateTolerance) is { } error)
            throw AuthErrors.From(error);
        return new Caller(Access.NodeKey, options.Account, $"arn:aws:ssm:{options.Region}:{options.Account}:managed-instance/{node.NodeId}", node.NodeId, node.NodeId, node.NodeId);
    }

    private void Verify(SignableRequest request, SignatureClaims claims, string secret, string service)
    {
        if (SigV4Verifier.Verify(request, claims, secret, options.Region, service, time.GetUtcNow(), DateTolerance) is { } error)
            throw AuthErrors.From(error);
    }
}
