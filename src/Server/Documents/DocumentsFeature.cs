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
        operations.Add(SsmOperations.GetDocument, Access.UserOrNode, "ssm:GetDocument", reader.GetAsync);
        operations.Add(SsmOperations.DescribeDocument, Access.UserOrNode, "ssm:DescribeDocument", reader.DescribeAsync);
        operations.Add(SsmOperations.ListDocuments, Access.User, "ssm:ListDocuments", new ListDocuments(documents).HandleAsync);
    }
}
