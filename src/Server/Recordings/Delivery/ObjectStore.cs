using System.Net;
using Amazon;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Transfer;
using Postern.Server.Documents;
using Postern.Server.Settings;

namespace Postern.Server.Recordings.Delivery;

/// <summary>S3, or a store that speaks like it. Large files go up in parts, a few at a time; nothing is held in memory whole.</summary>
internal sealed class ObjectStore(ServerOptions options, AwsAccess access) : IDisposable
{
    private const int PartSize = 8 * 1024 * 1024, PartsAtOnce = 2, Retries = 2;
    private static readonly TimeSpan CallTimeout = TimeSpan.FromMinutes(5);

    private readonly Lock _lock = new();
    private AmazonS3Client? _client;

    /// <summary>Puts a file; one of the same key is replaced.</summary>
    /// <exception cref="AmazonServiceException">The store refused it.</exception>
    /// <exception cref="AmazonClientException">It could not be reached, or there are no keys for it.</exception>
    public async Task PutAsync(SessionDelivery destination, string key, string file, string contentType, CancellationToken cancellationToken)
    {
        try
        {
            using var transfer = new TransferUtility(Client(), new TransferUtilityConfig { ConcurrentServiceRequests = PartsAtOnce, MinSizeBeforePartUpload = 2 * PartSize });
            await transfer.UploadAsync(new TransferUtilityUploadRequest
            {
                BucketName = destination.Bucket,
                Key = key,
                FilePath = file,
                PartSize = PartSize,
                ContentType = contentType,
                ServerSideEncryptionMethod = destination.Encrypt ? ServerSideEncryptionMethod.AES256 : null,
            }, cancellationToken);
        }
        catch (AmazonServiceException e) when (e.StatusCode is HttpStatusCode.Forbidden or HttpStatusCode.Unauthorized)
        {
            Dispose(); // the keys may have been changed
            access.Forget();
            throw;
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _client?.Dispose();
            _client = null;
        }
    }

    private AmazonS3Client Client()
    {
        lock (_lock)
            return _client ??= new AmazonS3Client(access.Credentials, Configuration());
    }

    private AmazonS3Config Configuration()
    {
        var configuration = new AmazonS3Config
        {
            AuthenticationRegion = options.Region,
            MaxErrorRetry = Retries,
            Timeout = CallTimeout,
            // Stores that only speak like S3 know no checksums behind the body.
            RequestChecksumCalculation = RequestChecksumCalculation.WHEN_REQUIRED,
            ResponseChecksumValidation = ResponseChecksumValidation.WHEN_REQUIRED,
        };
        if (options.S3Endpoint is { } endpoint)
            (configuration.ServiceURL, configuration.ForcePathStyle) = (endpoint.GetLeftPart(UriPartial.Authority), true);
        else
            configuration.RegionEndpoint = RegionEndpoint.GetBySystemName(options.Region);
        return configuration;
    }
}
