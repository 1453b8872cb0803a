using Amazon.Runtime;
using Amazon.Runtime.CredentialManagement;
using Amazon.Runtime.Credentials;
using Postern.Protocol.SigV4;
using Postern.Server.Settings;

namespace Postern.Server.Recordings.Delivery;

/// <summary>The keys that this gateway calls AWS's services with, or services like them: from the file that was set, else where every AWS program finds them.</summary>
internal sealed class AwsAccess(ServerOptions options)
{
    private const string Profile = "default";

    private readonly Lock _lock = new();
    private AWSCredentials? _known;

    /// <exception cref="AmazonClientException">There are none; the message says where they were looked for.</exception>
    public AWSCredentials Credentials
    {
        get
        {
            lock (_lock)
                return _known ??= Find();
        }
    }

    /// <summary>As our own client signs with.</summary>
    public async Task<AwsCredentials> KeysAsync()
    {
        var keys = await Credentials.GetCredentialsAsync();
        return new AwsCredentials(keys.AccessKey, keys.SecretKey, keys.UseToken ? keys.Token : null);
    }

    /// <summary>They were refused: they are read anew next time, for somebody may have mended the file.</summary>
    public void Forget()
    {
        lock (_lock)
            _known = null;
    }

    private AWSCredentials Find()
    {
        if (options.AwsCredentials is not { } file)
            return DefaultAWSCredentialsIdentityResolver.GetCredentials();
        var profiles = new SharedCredentialsFile(file);
        return profiles.TryGetProfile(Profile, out var profile) && profile.CanCreateAWSCredentials
            ? profile.GetAWSCredentials(profiles)
            : throw new AmazonClientException($"{file} (--aws-credentials) has no usable profile [{Profile}].");
    }
}
