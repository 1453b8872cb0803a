using Postern.Protocol.AwsJson;
using Postern.Server.Api;
using Postern.Server.Iam;

namespace Postern.Server.Documents;

internal static class DocumentsFeature
{
    public static IServiceCollection AddDocuments(this IServiceCollection services) => services.AddSingleton<SessionDocuments>();

    public static void AddTo(OperationRegistry operations, IServiceProvider services)
    {
        var documents = services.GetRequiredService<SessionDocuments>();
        var reader = new DocumentReader(documents);
        operations.Add(SsmOperations.GetDocument, Access.UserOrNode, "ssm:GetDocument", (request, context) => Resource(request.Name, context), reader.GetAsync);
        operations.Add(SsmOperations.DescribeDocument, Access.UserOrNode, "ssm:DescribeDocument", (request, context) => Resource(request.Name, context), reader.DescribeAsync);
        operations.Add(SsmOperations.ListDocuments, Access.User, "ssm:ListDocuments", Touched.Anything, new ListDocuments(documents).HandleAsync);
    }

    /// <summary>A document as a resource of permissions, by name or by ARN.</summary>
    private static Touched Resource(string? name, CallContext context) => new(context.Arns.Document(SessionDocuments.WithoutOwner(name ?? "")));
}
