using System.Globalization;
using System.Text.RegularExpressions;
using Postern.Protocol.AwsJson;
using Postern.Server.Api;
using Postern.Server.Documents.Content;

namespace Postern.Server.Documents;

/// <summary>What members of requests about documents may be, as AWS's model has it.</summary>
internal static partial class DocumentRules
{
    private const string NameModel = @"^[a-zA-Z0-9_\-.]{3,128}$", ArnModel = @"^[a-zA-Z0-9_\-.:/]{3,128}$", VersionNameModel = @"^[a-zA-Z0-9_\-.]{1,128}$",
        VersionModel = "([$]LATEST|[$]DEFAULT|^[1-9][0-9]*$)", DisplayNameModel = @"^[\w\.\-\:\/ ]*$", TargetTypeModel = @"^\/[\w\.\-\:\/]*$";

    private static readonly string[] Formats = ["YAML", "JSON", "TEXT"];
    private static readonly string[] Reserved = ["aws", "amazon", "amzn"];

    private static readonly string[] Types =
    [
        "Command", "Policy", "Automation", "Session", "Package", "ApplicationConfiguration", "ApplicationConfigurationSchema", "DeploymentStrategy", "ChangeCalendar",
        "Automation.ChangeTemplate", "ProblemAnalysis", "ProblemAnalysisTemplate", "CloudFormation", "ConformancePackTemplate", "QuickSetup", "ManualApprovalPolicy", "AutoApprovalPolicy",
    ];

    /// <summary>A name alone.</summary>
    public static Validation DocumentName(this Validation validation, string? name) => validation.Required("name", name).Pattern("name", name, Name, NameModel);

    /// <summary>A name or an ARN.</summary>
    public static Validation DocumentNameOrArn(this Validation validation, string? name) => validation.Required("name", name).Pattern("name", name, Arn, ArnModel);

    public static Validation DocumentVersion(this Validation validation, string? version, string? versionName) => validation
        .Pattern("documentVersion", version, Version, VersionModel)
        .Pattern("versionName", versionName, VersionName, VersionNameModel);

    public static Validation DocumentFormat(this Validation validation, string? format) => validation.OneOf("documentFormat", format, Formats);

    /// <summary>What CreateDocument and UpdateDocument have in common.</summary>
    public static Validation NewDocumentVersion(this Validation validation, string? content, string? format, string? versionName, string? displayName, string? targetType, IReadOnlyList<AttachmentsSource>? attachments) => validation
        .Required("content", content)
        .Must(content is not { Length: 0 }, "content", "Member must have length greater than or equal to 1")
        .DocumentFormat(format)
        .DocumentVersion(null, versionName)
        .Length("displayName", displayName, 0, 1024).Pattern("displayName", displayName, DisplayName, DisplayNameModel)
        .Length("targetType", targetType, 0, 200).Pattern("targetType", targetType, TargetType, TargetTypeModel)
        .Must(attachments is not { Count: > 0 }, "attachments", "Session documents have no attachments here");

    /// <summary>Another type of document than Session, which nobody here could carry out.</summary>
    /// <exception cref="AwsErrorException">ValidationException.</exception>
    public static void RequireSessionType(string? type)
    {
        new Validation().OneOf("documentType", type, Types).ThrowIfFaulty();
        if (type != SessionDocument.DocumentType)
            throw DocumentErrors.Invalid($"Only documents of type Session are served here; this one is of type {type ?? "Command, which it is when DocumentType is left out"}. Set DocumentType to Session.");
    }

    /// <summary>JSON or YAML; JSON when the request says nothing.</summary>
    /// <exception cref="AwsErrorException">InvalidDocumentContent.</exception>
    public static string FormatOf(string? format) => format switch
    {
        null or Documents.DocumentVersion.Json => Documents.DocumentVersion.Json,
        Documents.DocumentVersion.Yaml => Documents.DocumentVersion.Yaml,
        _ => throw DocumentErrors.Content($"Session documents are JSON or YAML, not {format}. Set DocumentFormat to the one it is written in."),
    };

    /// <exception cref="AwsErrorException">ValidationException: the name is one of Amazon's.</exception>
    public static void RefuseReserved(string name)
    {
        if (Reserved.FirstOrDefault(prefix => name.StartsWith(prefix, StringComparison.OrdinalIgnoreCase)) is { } reserved)
            throw DocumentErrors.Invalid($"The name {name} begins with {reserved}, which is reserved for documents owned by Amazon. Choose another name.");
    }

    /// <summary>A number of a version; null for $LATEST and $DEFAULT, and when there is none.</summary>
    /// <exception cref="AwsErrorException">InvalidDocumentVersion: no version has so high a number.</exception>
    public static long? NumberOf(string name, string? version)
        => version is null || version[0] == '$' ? null
            : long.TryParse(version, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number
            : throw DocumentErrors.UnknownVersion(name, version);

    [GeneratedRegex(@"\A[a-zA-Z0-9_\-.]{3,128}\z")]
    private static partial Regex Name { get; }

    [GeneratedRegex(@"\A[a-zA-Z0-9_\-.:/]{3,128}\z")]
    private static partial Regex Arn { get; }

    [GeneratedRegex(@"\A([$]LATEST|[$]DEFAULT|[1-9][0-9]{0,99})\z")]
    private static partial Regex Version { get; }

    [GeneratedRegex(@"\A[a-zA-Z0-9_\-.]{1,128}\z")]
    private static partial Regex VersionName { get; }

    [GeneratedRegex(@"\A[a-zA-Z0-9_.\-:/ ]*\z")]
    private static partial Regex DisplayName { get; }

    [GeneratedRegex(@"\A/[a-zA-Z0-9_.\-:/]*\z")]
    private static partial Regex TargetType { get; }
}
