using System.Security.Cryptography;

namespace Postern.Protocol.SigV4;

/// <summary>Signs requests with AWS Signature Version 4. One canonical-request builder serves signer and verifier.</summary>
public static class SigV4Signer
{
    // CONTRACT STUB
    /// <summary>
    /// Headers to add: X-Amz-Date, X-Amz-Security-Token (when there is a token) and Authorization. Signs host, content-type and every
    /// x-amz-* header present. The request must already carry Host (with a non-default port).
    /// </summary>
    public static IReadOnlyList<KeyValuePair<string, string>> Sign(SignableRequest request, AwsCredentials credentials, string region, string service, DateTimeOffset now) => throw new NotImplementedException();

    /// <summary>The query string of a presigned request, X-Amz-Signature included (without '?').</summary>
    public static string Presign(SignableRequest request, AwsCredentials credentials, string region, string service, DateTimeOffset now, TimeSpan expires) => throw new NotImplementedException();

    /// <summary>
    /// The form registered nodes use for RequestManagedInstanceRoleToken: shaped like SigV4, the signature is base64 RSA-PSS (SHA-256, salt 32)
    /// over SHA-256 of the string to sign, the access key is the node id.
    /// </summary>
    public static IReadOnlyList<KeyValuePair<string, string>> SignRsa(SignableRequest request, string nodeId, RSA key, string region, string service, DateTimeOffset now) => throw new NotImplementedException();
}
