using System.Net;
using Amazon;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;
using Postern.Server.Documents;
using Postern.Server.Settings;

namespace Postern.Server.Recordings.Delivery;

/// <summary>S3, or a store that speaks like it. Large files go up in parts; nothing is held in memory whole. Bodies go as they are: some stores keep signed chunks with their signatures.</summary>
internal sealed class ObjectStore(ServerOptions options, AwsAccess access) : IDisposable
{
    /// <summary>A part is hashed before it is sent and may be sent again; S3 takes 10,000 of them.</summary>
    private const long PartSize = 32 * 1024 * 1024, LargestWhole = 2 * PartSize;
    private const int Retries = 2;
    private static readonly TimeSpan CallTimeout = TimeSpan.FromMinutes(5), AbortTime = TimeSpan.FromSeconds(10);

    private readonly Lock _lock = new();
    private AmazonS3Client? _client;

    /// <summary>Puts a file; one of the same key is replaced.</summary>
    /// <exception cref="AmazonServiceException">The store refused it.</exception>
    /// <exception cref="AmazonClientException">It could not be reached, or there are no keys for it.</exception>
    public async Task PutAsync(SessionDelivery destination, string key, string file, string contentType, CancellationToken cancellationToken)
    {
        try
        {
            var client = Client();
            if (new FileInfo(file).Length <= LargestWhole)
                await client.PutObjectAsync(new PutObjectRequest
                {
                    BucketName = destination.Bucket,
                    Key = key,
                    FilePath = file,
                    ContentType = contentType,
                    ServerSideEncryptionMethod = EncryptionOf(destination),
                    UseChunkEncoding = false,
                }, cancellationToken);
            else
                await PutPartsAsync(client, destination, key, file, contentType, cancellationToken);
        }
        catch (AmazonServiceException e) when (e.StatusCode is HttpStatusCode.Forbidden or HttpStatusCode.Unauthorized)
        {
            Dispose(); // the keys may have been changed
            access.Forget();
            throw;
        }
    }

    // One part after the other: a recording has time, and the gateway's line belongs to sessions.
    private static async Task PutPartsAsync(AmazonS3Client client, SessionDelivery destination, string key, string file, string contentType, CancellationToken cancellationToken)
    {
        var begun = await client.InitiateMultipartUploadAsync(new InitiateMultipartUploadRequest
        {
            BucketName = destination.Bucket,
            Key = key,
            ContentType = contentType,
            ServerSideEncryptionMethod = EncryptionOf(destination),
        }, cancellationToken);
        var complete = new CompleteMultipartUploadRequest { BucketName = destination.Bucket, Key = key, UploadId = begun.UploadId, PartETags = [] };
        try
        {
            var length = new FileInfo(file).Length;
            for (long at = 0, number = 1; at < length; at += PartSize, number++)
            {
                var part = await client.UploadPartAsync(new UploadPartRequest
                {
                    BucketName = destination.Bucket,
                    Key = key,
                    UploadId = begun.UploadId,
                    PartNumber = (int)number,
                    FilePath = file,
                    FilePosition = at,
                    PartSize = Math.Min(PartSize, length - at),
                    UseChunkEncoding = false,
                }, cancellationToken);
                complete.PartETags.Add(new PartETag((int)number, part.ETag));
            }
            await client.CompleteMultipartUploadAsync(complete, cancellationToken);
        }
        catch
        {
            await AbandonAsync(client, new AbortMultipartUploadRequest { BucketName = destination.Bucket, Key = key, UploadId = begun.UploadId });
            throw;
        }
    }

    // What was put is paid for until it is told to go.
    private static async Task AbandonAsync(AmazonS3Client client, AbortMultipartUploadRequest request)
    {
        using var brief = new CancellationTokenSource(AbortTime);
        try
        {
            await client.AbortMultipartUploadAsync(request, brief.Token);
        }
        catch (Exception e) when (e is AmazonClientException or AmazonServiceException or HttpRequestException or OperationCanceledException)
        {
            // The store is away: its own rules remove it. Why the upload failed matters more.
        }
    }

    private static ServerSideEncryptionMethod? EncryptionOf(SessionDelivery destination) => destination.Encrypt ? ServerSideEncryptionMethod.AES256 : null;

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
