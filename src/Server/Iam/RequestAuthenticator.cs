using System.Net;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Http;
using Postern.Protocol.AwsJson;
using Postern.Protocol.SigV4;
using Postern.Server.Iam.Policies;
using Postern.Server.Settings;

namespace Postern.Server.Iam;

/// <summary>
/// Says who sent a request, or refuses it: signature, date, region, service and body hash are checked, then that the caller still exists.
/// Used for the API and for the REST calls and upgrades of nodes. Which caller may do what is decided by whoever asks.
/// </summary>
internal sealed class RequestAuthenticator(
    ServerOptions options, PrincipalStore principals, NodeCredentials nodeCredentials, TemporaryCredentials temporaryCredentials, FindNode findNode,
    WrongSignatures wrong, SeenSignatures seen, PrincipalUse use, TimeProvider time, ILogger<RequestAuthenticator> log)
{
    /// <summary>How far a caller's clock may be from ours.</summary>
    public static readonly TimeSpan DateTolerance = TimeSpan.FromMinutes(5);
    private const string NodeIdPrefix = "mi-";
    /// <summary>What requests to services without region are signed for, whatever region the client is set to.</summary>
    private const string GlobalRegion = "us-east-1";

    /// <param name="http">The request; its body is not read here.</param>
    /// <param name="body">The whole body, empty for an upgrade.</param>
    /// <param name="service">The signing name expected: ssm, ssmmessages, ec2messages, iam, sts …</param>
    /// <param name="once">The request changes something or is answered with keys, so its signature is good for one call. (A presigned URL is made to be used again.)</param>
    /// <param name="cancellationToken">The end of the request.</param>
    /// <exception cref="AwsErrorException">The caller is refused; code and status are those to answer with.</exception>
    public async Task<Caller> AuthenticateAsync(HttpContext http, ReadOnlyMemory<byte> body, string service, bool once, CancellationToken cancellationToken)
    {
        var request = ReceivedRequest.From(http, body.Span);
        if (!SigV4Verifier.TryParse(request, out var claims, out var error))
            throw AuthErrors.From(error!);
        var source = http.Connection.RemoteIpAddress;
        if (wrong.IsExhausted(source, claims!.AccessKeyId))
            throw AuthErrors.TooManyWrong();
        try
        {
            var signed = new SignedRequest(request, claims, service, service is "iam" or "sts" && claims.Scope.Region == GlobalRegion ? GlobalRegion : options.Region, source);
            var caller = claims.AccessKeyId.StartsWith(NodeIdPrefix, StringComparison.Ordinal) ? await NodeKeyAsync(signed, cancellationToken)
                : claims.AccessKeyId.StartsWith(KeyIds.TemporaryPrefix, StringComparison.Ordinal) ? await TemporaryAsync(signed, cancellationToken)
                : await UserAsync(signed, cancellationToken);
            return once && claims.Expires is null && seen.IsReplay(claims.Signature, RequestAttempt.Of(http)) ? throw AuthErrors.Replayed() : caller;
        }
        catch (AwsErrorException refusal)
        {
            wrong.Add(source, claims.AccessKeyId);
            log.Refused(ForeignText.Show(claims.AccessKeyId), service, source, refusal.Code);
            throw;
        }
    }

    private async Task<Caller> UserAsync(SignedRequest signed, CancellationToken cancellationToken)
    {
        // A long-lived key has no session token; one that comes with it belongs to something else.
        var id = signed.Claims.AccessKeyId;
        if (signed.Claims.SessionToken is not null || id.Length != KeyIds.AccessKeyLength)
            throw AuthErrors.UnknownKey();
        if (!principals.Remembers(id) && wrong.IsExhaustedForUnknown(signed.Source))
            throw AuthErrors.TooManyWrong();
        var key = await principals.FindKeyAsync(id, cancellationToken);
        if (key is null)
        {
            wrong.AddUnknown(signed.Source);
            throw AuthErrors.UnknownKey();
        }
        Verify(signed, key.SecretAccessKey);
        if (!key.IsActive)
            throw AuthErrors.UnknownKey();
        use.Note(id, signed.Service, signed.Region);
        return new Caller(Access.User, options.Account, key.User.Arn, key.User.Id, key.User.Name) { Principal = key.User, AccessKeyId = id };
    }

    private async Task<Caller> TemporaryAsync(SignedRequest signed, CancellationToken cancellationToken)
    {
        var id = signed.Claims.AccessKeyId;
        if (temporaryCredentials.TryOpen(id, signed.Claims.SessionToken) is not { } token)
            return await NodeAsync(signed, cancellationToken);
        Verify(signed, temporaryCredentials.SecretOf(id, token));
        var expires = DateTimeOffset.FromUnixTimeSeconds(token.Expires);
        if (expires <= time.GetUtcNow())
            throw AuthErrors.ExpiredToken();
        var session = new CallerSession(DateTimeOffset.FromUnixTimeSeconds(token.Issued), expires, token.SessionName,
            new Dictionary<string, string>(token.Tags ?? [], StringComparer.OrdinalIgnoreCase), token.TransitiveKeys ?? [], token.SourceIdentity, await PoliciesAsync(token, cancellationToken));
        if (token.KeyId is not null && await principals.FindKeyAsync(token.KeyId, cancellationToken) is not { IsActive: true })
            throw AuthErrors.UnknownKey(); // they die with the key they were asked for with
        if (token.SessionName is null)
        {
            if (signed.Service == "iam")
                throw AuthErrors.UnknownKey(); // as in AWS, these keys do not manage identities
            var user = await principals.FindUserAsync(token.PrincipalId, cancellationToken) ?? throw AuthErrors.UnknownKey();
            return new Caller(Access.User, options.Account, user.Arn, user.Id, user.Name) { Principal = user, AccessKeyId = id, ParentKeyId = token.KeyId, Session = session };
        }
        var role = await principals.FindRoleAsync(token.PrincipalId, cancellationToken) ?? throw AuthErrors.UnknownKey();
        use.Note(role.Id, signed.Service, signed.Region);
        return new Caller(Access.User, options.Account, PrincipalArns.AssumedRole(options.Account, role.Name, token.SessionName), $"{role.Id}:{token.SessionName}", token.SessionName)
        {
            Principal = role,
            AccessKeyId = id,
            ParentKeyId = token.KeyId,
            Session = session,
        };
    }

    private async Task<IReadOnlyList<NamedPolicy>?> PoliciesAsync(TemporaryClaims token, CancellationToken cancellationToken)
    {
        if (token.Policy is null && token.PolicyArns is null)
            return null;
        var policies = new List<NamedPolicy>();
        if (token.Policy is not null)
            policies.Add(StoredPolicy.Read("session policy", token.Policy));
        foreach (var arn in token.PolicyArns ?? [])
            policies.Add(await principals.FindPolicyAsync(arn, cancellationToken));
        return policies;
    }

    private async Task<Caller> NodeAsync(SignedRequest signed, CancellationToken cancellationToken)
    {
        var id = signed.Claims.AccessKeyId;
        var token = nodeCredentials.TryOpen(id, signed.Claims.SessionToken) ?? throw AuthErrors.UnknownKey();
        Verify(signed, token.SecretAccessKey);
        if (token.Expires <= time.GetUtcNow())
            throw AuthErrors.ExpiredToken();
        var node = await findNode(token.NodeId, cancellationToken) ?? throw AuthErrors.UnknownKey();
        var role = await principals.FindRoleByNameAsync(node.IamRole, cancellationToken);
        var roleName = role?.Name ?? node.IamRole[(node.IamRole.LastIndexOf('/') + 1)..];
        if (role is not null)
            use.Note(role.Id, signed.Service, signed.Region);
        return new Caller(Access.Node, options.Account, PrincipalArns.AssumedRole(options.Account, roleName, node.NodeId),
            $"{role?.Id ?? KeyIds.RoleId(options.Account, roleName)}:{node.NodeId}", node.NodeId, node.NodeId)
        {
            Principal = role,
            AccessKeyId = id,
        };
    }

    private async Task<Caller> NodeKeyAsync(SignedRequest signed, CancellationToken cancellationToken)
    {
        var id = signed.Claims.AccessKeyId;
        if (signed.Claims.SessionToken is not null)
            throw AuthErrors.UnknownKey();
        var node = await findNode(id, cancellationToken) ?? throw AuthErrors.UnknownNode(ForeignText.Show(id));
        using var key = RSA.Create();
        key.ImportSubjectPublicKeyInfo(node.PublicKey, out _);
        if (SigV4Verifier.VerifyRsa(signed.Request, signed.Claims, key, signed.Region, signed.Service, time.GetUtcNow(), DateTolerance) is { } error)
            throw AuthErrors.From(error);
        return new Caller(Access.NodeKey, options.Account, $"arn:aws:ssm:{options.Region}:{options.Account}:managed-instance/{node.NodeId}", node.NodeId, node.NodeId, node.NodeId)
        {
            Principal = await principals.FindRoleByNameAsync(node.IamRole, cancellationToken),
        };
    }

    private void Verify(SignedRequest signed, string secret)
    {
        if (SigV4Verifier.Verify(signed.Request, signed.Claims, secret, signed.Region, signed.Service, time.GetUtcNow(), DateTolerance) is { } error)
            throw AuthErrors.From(error);
    }

    /// <summary>A request with its claims, and the service and region that they must be for.</summary>
    private sealed record SignedRequest(SignableRequest Request, SignatureClaims Claims, string Service, string Region, IPAddress? Source);
}
