using System.Text.RegularExpressions;
using Postern.Protocol.AwsJson;
using Postern.Server.Api;

namespace Postern.Server.Documents;

/// <summary>GetDocument and DescribeDocument.</summary>
internal sealed partial class DocumentReader(SessionDocuments documents)
{
    /// <summary>Documents owned by Amazon have one version here.</summary>
    public const string OnlyVersion = "1";

    private const string NameModel = @"^[a-zA-Z0-9_\-.:/]{3,128}$";
    private const string VersionModel = "([$]LATEST|[$]DEFAULT|^[1-9][0-9]*$)";
    private static readonly string[] Formats = ["YAML", "JSON", "TEXT"];

    public Task<GetDocumentResponse> GetAsync(GetDocumentRequest request, CallContext context, CancellationToken cancellationToken)
    {
        var document = Find(request.Name, request.DocumentVersion, request.VersionName, new Validation().OneOf("documentFormat", request.DocumentFormat, Formats));
        if (request.DocumentFormat is not (null or "JSON"))
            throw new AwsErrorException("ValidationException", $"Document {document.Name} is available in JSON only, not as {request.DocumentFormat}. Leave DocumentFormat out or set it to JSON.");
        return Task.FromResult(new GetDocumentResponse
        {
            Name = document.Name,
            CreatedDate = document.CreatedDate,
            DocumentVersion = OnlyVersion,
            Status = "Active",
            Content = document.Content,
            DocumentType = SessionDocument.DocumentType,
            DocumentFormat = "JSON",
        });
    }

    public Task<DescribeDocumentResponse> DescribeAsync(DescribeDocumentRequest request, CallContext context, CancellationToken cancellationToken)
    {
        var document = Find(request.Name, request.DocumentVersion, request.VersionName, new Validation());
        return Task.FromResult(new DescribeDocumentResponse
        {
            Document = new DocumentDescription
            {
                Hash = document.Hash,
                HashType = "Sha256",
                Name = document.Name,
                Owner = SessionDocument.OwnerAmazon,
                CreatedDate = document.CreatedDate,
                Status = "Active",
                DocumentVersion = OnlyVersion,
                Description = document.Description,
                Parameters = [.. document.Parameters.Select(Describe)],
                PlatformTypes = SessionDocument.PlatformTypes,
                DocumentType = SessionDocument.DocumentType,
                SchemaVersion = SessionDocument.SupportedSchemaVersion,
                LatestVersion = OnlyVersion,
                DefaultVersion = OnlyVersion,
                DocumentFormat = "JSON",
                Tags = [],
            },
        });
    }

    private SessionDocument Find(string? name, string? version, string? versionName, Validation validation)
    {
        validation
            .Required("name", name)
            .Pattern("name", name, Name, NameModel)
            .Pattern("documentVersion", version, Version, VersionModel)
            .Length("versionName", versionName, 1, 128)
            .ThrowIfFaulty();
        var document = documents.Find(name!) ?? throw DocumentErrors.Unknown(name!);
        if (version is not (null or OnlyVersion or "$LATEST" or "$DEFAULT") || versionName is not null)
            throw new AwsErrorException("InvalidDocumentVersion", $"Document {document.Name} has no version {versionName ?? version}. Its only version is {OnlyVersion}.");
        return document;
    }

    private static DocumentParameter Describe(DocumentParameterRule rule) => new()
    {
        Name = rule.Name,
        Type = rule.Type,
        Description = rule.Description,
        DefaultValue = rule.Default is not { } value ? null : value.ValueKind == System.Text.Json.JsonValueKind.String ? value.GetString() : value.GetRawText(),
    };

    [GeneratedRegex(@"\A[a-zA-Z0-9_\-.:/]{3,128}\z")]
    private static partial Regex Name { get; }

    [GeneratedRegex(@"\A([$]LATEST|[$]DEFAULT|[1-9][0-9]{0,18})\z")]
    private static partial Regex Version { get; }
}
