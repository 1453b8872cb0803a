using System.Security.Cryptography;
using System.Text;
using Postern.Protocol.AwsJson;
using Postern.Server.Api;
using Postern.Server.Iam;

namespace Postern.Server.Nodes;

/// <summary>RequestManagedInstanceRoleToken: signed with the node's key; the fingerprint must be the one it registered with.</summary>
internal sealed class RequestManagedInstanceRoleToken(NodeStore nodes, NodeCredentials credentials, TimeProvider time, ILogger<RequestManagedInstanceRoleToken> log)
{
    public async Task<RequestManagedInstanceRoleTokenResponse> HandleAsync(RequestManagedInstanceRoleTokenRequest request, CallContext context, CancellationToken cancellationToken)
    {
        new Validation()
            .Required("fingerprint", request.Fingerprint)
            .Length("fingerprint", request.Fingerprint, 1, RegisterManagedInstance.MaxFingerprintLength)
            .ThrowIfFaulty();
        var id = context.Caller.NodeId!;
        var node = await nodes.FindAsync(id, cancellationToken) ?? throw NodeErrors.Gone(id);
        if (!CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(request.Fingerprint!), Encoding.UTF8.GetBytes(node.Fingerprint)))
        {
            log.FingerprintDiffers(id);
            throw new AwsErrorException("MachineFingerprintDoesNotMatch",
                $"The fingerprint is not the one that {id} registered with. A copied or rebuilt machine must be registered anew with an activation.");
        }
        var keys = credentials.Issue(id, time.GetUtcNow());
        return new RequestManagedInstanceRoleTokenResponse
        {
            AccessKeyId = keys.AccessKeyId,
            SecretAccessKey = keys.SecretAccessKey,
            SessionToken = keys.SessionToken,
            TokenExpirationDate = keys.Expires,
            UpdateKeyPair = false,
        };
    }
}
