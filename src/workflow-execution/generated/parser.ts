// @ts-nocheck -- Generated from crds/ by `npm run generate`. Do not edit.
import type { WorkflowExecution } from './workflow-execution.ts';



const schema11 = {"type":"object","required":["apiVersion","kind","metadata","spec"],"properties":{"apiVersion":{"type":"string"},"kind":{"type":"string"},"metadata":{"type":"object","required":["name","namespace","uid","resourceVersion","creationTimestamp"],"properties":{"name":{"type":"string"},"namespace":{"type":"string"},"uid":{"type":"string"},"resourceVersion":{"type":"string"},"generation":{"type":"integer"},"creationTimestamp":{"type":"string"},"deletionTimestamp":{"type":"string"},"finalizers":{"type":"array","items":{"type":"string"}},"labels":{"type":"object","additionalProperties":{"type":"string"}},"annotations":{"type":"object","additionalProperties":{"type":"string"}},"ownerReferences":{"type":"array","items":{"type":"object","required":["apiVersion","kind","name","uid"],"properties":{"apiVersion":{"type":"string"},"kind":{"type":"string"},"name":{"type":"string"},"uid":{"type":"string"},"controller":{"type":"boolean"},"blockOwnerDeletion":{"type":"boolean"}}}}}},"spec":{"type":"object","required":["remediationRequestRef","workflowRef","targetResource"],"properties":{"remediationRequestRef":{"type":"object","required":["name"],"properties":{"apiVersion":{"type":"string"},"kind":{"type":"string"},"name":{"type":"string"},"namespace":{"type":"string"},"uid":{"type":"string"},"resourceVersion":{"type":"string"},"fieldPath":{"type":"string"}}},"workflowRef":{"type":"object","required":["workflowId","version","containerImage"],"properties":{"workflowId":{"type":"string"},"version":{"type":"string"},"containerImage":{"type":"string"},"containerDigest":{"type":"string"},"workflowName":{"type":"string"},"actionType":{"type":"string"},"secretParameters":{"type":"array","items":{"type":"string"}}}},"targetResource":{"type":"string"},"parameters":{"type":"object","additionalProperties":{"type":"string"}},"confidence":{"type":"number"},"rationale":{"type":"string"},"overrideCooldownReason":{"type":"string"},"executionConfig":{"type":"object","properties":{"serviceAccountName":{"type":"string"},"timeout":{"type":"string"},"finallyTimeout":{"type":"string"}}},"cancelRequested":{"type":"boolean"},"cancelMode":{"type":"string","enum":["Graceful","Immediate"]},"ttlSecondsAfterFinished":{"type":"integer"}}},"status":{"type":"object","properties":{"observedGeneration":{"type":"integer"},"phase":{"type":"string","enum":["Pending","Running","Completed","Failed","Skipped"]},"outcome":{"type":"string","enum":["Success","Failed","Skipped"]},"message":{"type":"string"},"target":{"type":"string"},"pipelineRunRef":{"type":"object","required":["apiVersion","kind","name","namespace"],"properties":{"apiVersion":{"type":"string"},"kind":{"type":"string"},"name":{"type":"string"},"namespace":{"type":"string"},"uid":{"type":"string"}}},"startTime":{"type":"string"},"completionTime":{"type":"string"},"bundleDigest":{"type":"string"},"results":{"type":"array","items":{"type":"object","required":["name","value"],"properties":{"name":{"type":"string"},"value":{"type":"string"}}}},"duration":{"type":"string"},"settled":{"type":"boolean"},"failure":{"type":"object","required":["reason","message","wasExecutionFailure"],"properties":{"reason":{"type":"string","enum":["OOMKilled","DeadlineExceeded","ResourceExhausted","ImagePullBackOff","BundleResolutionFailed","ConfigurationError","Forbidden","TaskFailed","Cancelled","PipelineRunDeleted","ValidationFailed","PipelineRunConflict","MissingPipelineRun","UnknownStatus","Unknown"]},"message":{"type":"string"},"wasExecutionFailure":{"type":"boolean"},"failedTask":{"type":"object","required":["name"],"properties":{"name":{"type":"string"},"stepName":{"type":"string"},"exitCode":{"type":"integer"}}}}},"skip":{"type":"object","required":["reason","message","skippedAt"],"properties":{"reason":{"type":"string","enum":["ResourceBusy","RecentlyRemediated","Restored"]},"message":{"type":"string"},"skippedAt":{"type":"string"},"conflictingExecution":{"type":"object","required":["namespace","name"],"properties":{"namespace":{"type":"string"},"name":{"type":"string"},"uid":{"type":"string"}}},"remainingCooldownSeconds":{"type":"integer"}}},"conditions":{"type":"array","items":{"type":"object","required":["type","status","lastTransitionTime","reason","message"],"properties":{"type":{"type":"string"},"status":{"type":"string","enum":["True","False","Unknown"]},"observedGeneration":{"type":"integer"},"lastTransitionTime":{"type":"string"},"reason":{"type":"string"},"message":{"type":"string"}}}}}}}};

function validate10(data, {instancePath="", parentData, parentDataProperty, rootData=data}={}){
let vErrors = null;
let errors = 0;
if(errors === 0){
if(data && typeof data == "object" && !Array.isArray(data)){
let missing0;
if(((((data.apiVersion === undefined) && (missing0 = "apiVersion")) || ((data.kind === undefined) && (missing0 = "kind"))) || ((data.metadata === undefined) && (missing0 = "metadata"))) || ((data.spec === undefined) && (missing0 = "spec"))){
validate10.errors = [{instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: missing0},message:"must have required property '"+missing0+"'"}];
return false;
}
else {
if(data.apiVersion !== undefined){
const _errs1 = errors;
if(typeof data.apiVersion !== "string"){
validate10.errors = [{instancePath:instancePath+"/apiVersion",schemaPath:"#/properties/apiVersion/type",keyword:"type",params:{type: "string"},message:"must be string"}];
return false;
}
var valid0 = _errs1 === errors;
}
else {
var valid0 = true;
}
if(valid0){
if(data.kind !== undefined){
const _errs3 = errors;
if(typeof data.kind !== "string"){
validate10.errors = [{instancePath:instancePath+"/kind",schemaPath:"#/properties/kind/type",keyword:"type",params:{type: "string"},message:"must be string"}];
return false;
}
var valid0 = _errs3 === errors;
}
else {
var valid0 = true;
}
if(valid0){
if(data.metadata !== undefined){
let data2 = data.metadata;
const _errs5 = errors;
if(errors === _errs5){
if(data2 && typeof data2 == "object" && !Array.isArray(data2)){
let missing1;
if((((((data2.name === undefined) && (missing1 = "name")) || ((data2.namespace === undefined) && (missing1 = "namespace"))) || ((data2.uid === undefined) && (missing1 = "uid"))) || ((data2.resourceVersion === undefined) && (missing1 = "resourceVersion"))) || ((data2.creationTimestamp === undefined) && (missing1 = "creationTimestamp"))){
validate10.errors = [{instancePath:instancePath+"/metadata",schemaPath:"#/properties/metadata/required",keyword:"required",params:{missingProperty: missing1},message:"must have required property '"+missing1+"'"}];
return false;
}
else {
if(data2.name !== undefined){
const _errs7 = errors;
if(typeof data2.name !== "string"){
validate10.errors = [{instancePath:instancePath+"/metadata/name",schemaPath:"#/properties/metadata/properties/name/type",keyword:"type",params:{type: "string"},message:"must be string"}];
return false;
}
var valid1 = _errs7 === errors;
}
else {
var valid1 = true;
}
if(valid1){
if(data2.namespace !== undefined){
const _errs9 = errors;
if(typeof data2.namespace !== "string"){
validate10.errors = [{instancePath:instancePath+"/metadata/namespace",schemaPath:"#/properties/metadata/properties/namespace/type",keyword:"type",params:{type: "string"},message:"must be string"}];
return false;
}
var valid1 = _errs9 === errors;
}
else {
var valid1 = true;
}
if(valid1){
if(data2.uid !== undefined){
const _errs11 = errors;
if(typeof data2.uid !== "string"){
validate10.errors = [{instancePath:instancePath+"/metadata/uid",schemaPath:"#/properties/metadata/properties/uid/type",keyword:"type",params:{type: "string"},message:"must be string"}];
return false;
}
var valid1 = _errs11 === errors;
}
else {
var valid1 = true;
}
if(valid1){
if(data2.resourceVersion !== undefined){
const _errs13 = errors;
if(typeof data2.resourceVersion !== "string"){
validate10.errors = [{instancePath:instancePath+"/metadata/resourceVersion",schemaPath:"#/properties/metadata/properties/resourceVersion/type",keyword:"type",params:{type: "string"},message:"must be string"}];
return false;
}
var valid1 = _errs13 === errors;
}
else {
var valid1 = true;
}
if(valid1){
if(data2.generation !== undefined){
let data7 = data2.generation;
const _errs15 = errors;
if(!((typeof data7 == "number") && (!(data7 % 1) && !isNaN(data7)))){
validate10.errors = [{instancePath:instancePath+"/metadata/generation",schemaPath:"#/properties/metadata/properties/generation/type",keyword:"type",params:{type: "integer"},message:"must be integer"}];
return false;
}
var valid1 = _errs15 === errors;
}
else {
var valid1 = true;
}
if(valid1){
if(data2.creationTimestamp !== undefined){
const _errs17 = errors;
if(typeof data2.creationTimestamp !== "string"){
validate10.errors = [{instancePath:instancePath+"/metadata/creationTimestamp",schemaPath:"#/properties/metadata/properties/creationTimestamp/type",keyword:"type",params:{type: "string"},message:"must be string"}];
return false;
}
var valid1 = _errs17 === errors;
}
else {
var valid1 = true;
}
if(valid1){
if(data2.deletionTimestamp !== undefined){
const _errs19 = errors;
if(typeof data2.deletionTimestamp !== "string"){
validate10.errors = [{instancePath:instancePath+"/metadata/deletionTimestamp",schemaPath:"#/properties/metadata/properties/deletionTimestamp/type",keyword:"type",params:{type: "string"},message:"must be string"}];
return false;
}
var valid1 = _errs19 === errors;
}
else {
var valid1 = true;
}
if(valid1){
if(data2.finalizers !== undefined){
let data10 = data2.finalizers;
const _errs21 = errors;
if(errors === _errs21){
if(Array.isArray(data10)){
var valid2 = true;
const len0 = data10.length;
for(let i0=0; i0<len0; i0++){
const _errs23 = errors;
if(typeof data10[i0] !== "string"){
validate10.errors = [{instancePath:instancePath+"/metadata/finalizers/" + i0,schemaPath:"#/properties/metadata/properties/finalizers/items/type",keyword:"type",params:{type: "string"},message:"must be string"}];
return false;
}
var valid2 = _errs23 === errors;
if(!valid2){
break;
}
}
}
else {
validate10.errors = [{instancePath:instancePath+"/metadata/finalizers",schemaPath:"#/properties/metadata/properties/finalizers/type",keyword:"type",params:{type: "array"},message:"must be array"}];
return false;
}
}
var valid1 = _errs21 === errors;
}
else {
var valid1 = true;
}
if(valid1){
if(data2.labels !== undefined){
let data12 = data2.labels;
const _errs25 = errors;
if(errors === _errs25){
if(data12 && typeof data12 == "object" && !Array.isArray(data12)){
for(const key0 in data12){
const _errs28 = errors;
if(typeof data12[key0] !== "string"){
validate10.errors = [{instancePath:instancePath+"/metadata/labels/" + key0.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/properties/metadata/properties/labels/additionalProperties/type",keyword:"type",params:{type: "string"},message:"must be string"}];
return false;
}
var valid3 = _errs28 === errors;
if(!valid3){
break;
}
}
}
else {
validate10.errors = [{instancePath:instancePath+"/metadata/labels",schemaPath:"#/properties/metadata/properties/labels/type",keyword:"type",params:{type: "object"},message:"must be object"}];
return false;
}
}
var valid1 = _errs25 === errors;
}
else {
var valid1 = true;
}
if(valid1){
if(data2.annotations !== undefined){
let data14 = data2.annotations;
const _errs30 = errors;
if(errors === _errs30){
if(data14 && typeof data14 == "object" && !Array.isArray(data14)){
for(const key1 in data14){
const _errs33 = errors;
if(typeof data14[key1] !== "string"){
validate10.errors = [{instancePath:instancePath+"/metadata/annotations/" + key1.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/properties/metadata/properties/annotations/additionalProperties/type",keyword:"type",params:{type: "string"},message:"must be string"}];
return false;
}
var valid4 = _errs33 === errors;
if(!valid4){
break;
}
}
}
else {
validate10.errors = [{instancePath:instancePath+"/metadata/annotations",schemaPath:"#/properties/metadata/properties/annotations/type",keyword:"type",params:{type: "object"},message:"must be object"}];
return false;
}
}
var valid1 = _errs30 === errors;
}
else {
var valid1 = true;
}
if(valid1){
if(data2.ownerReferences !== undefined){
let data16 = data2.ownerReferences;
const _errs35 = errors;
if(errors === _errs35){
if(Array.isArray(data16)){
var valid5 = true;
const len1 = data16.length;
for(let i1=0; i1<len1; i1++){
let data17 = data16[i1];
const _errs37 = errors;
if(errors === _errs37){
if(data17 && typeof data17 == "object" && !Array.isArray(data17)){
let missing2;
if(((((data17.apiVersion === undefined) && (missing2 = "apiVersion")) || ((data17.kind === undefined) && (missing2 = "kind"))) || ((data17.name === undefined) && (missing2 = "name"))) || ((data17.uid === undefined) && (missing2 = "uid"))){
validate10.errors = [{instancePath:instancePath+"/metadata/ownerReferences/" + i1,schemaPath:"#/properties/metadata/properties/ownerReferences/items/required",keyword:"required",params:{missingProperty: missing2},message:"must have required property '"+missing2+"'"}];
return false;
}
else {
if(data17.apiVersion !== undefined){
const _errs39 = errors;
if(typeof data17.apiVersion !== "string"){
validate10.errors = [{instancePath:instancePath+"/metadata/ownerReferences/" + i1+"/apiVersion",schemaPath:"#/properties/metadata/properties/ownerReferences/items/properties/apiVersion/type",keyword:"type",params:{type: "string"},message:"must be string"}];
return false;
}
var valid6 = _errs39 === errors;
}
else {
var valid6 = true;
}
if(valid6){
if(data17.kind !== undefined){
const _errs41 = errors;
if(typeof data17.kind !== "string"){
validate10.errors = [{instancePath:instancePath+"/metadata/ownerReferences/" + i1+"/kind",schemaPath:"#/properties/metadata/properties/ownerReferences/items/properties/kind/type",keyword:"type",params:{type: "string"},message:"must be string"}];
return false;
}
var valid6 = _errs41 === errors;
}
else {
var valid6 = true;
}
if(valid6){
if(data17.name !== undefined){
const _errs43 = errors;
if(typeof data17.name !== "string"){
validate10.errors = [{instancePath:instancePath+"/metadata/ownerReferences/" + i1+"/name",schemaPath:"#/properties/metadata/properties/ownerReferences/items/properties/name/type",keyword:"type",params:{type: "string"},message:"must be string"}];
return false;
}
var valid6 = _errs43 === errors;
}
else {
var valid6 = true;
}
if(valid6){
if(data17.uid !== undefined){
const _errs45 = errors;
if(typeof data17.uid !== "string"){
validate10.errors = [{instancePath:instancePath+"/metadata/ownerReferences/" + i1+"/uid",schemaPath:"#/properties/metadata/properties/ownerReferences/items/properties/uid/type",keyword:"type",params:{type: "string"},message:"must be string"}];
return false;
}
var valid6 = _errs45 === errors;
}
else {
var valid6 = true;
}
if(valid6){
if(data17.controller !== undefined){
const _errs47 = errors;
if(typeof data17.controller !== "boolean"){
validate10.errors = [{instancePath:instancePath+"/metadata/ownerReferences/" + i1+"/controller",schemaPath:"#/properties/metadata/properties/ownerReferences/items/properties/controller/type",keyword:"type",params:{type: "boolean"},message:"must be boolean"}];
return false;
}
var valid6 = _errs47 === errors;
}
else {
var valid6 = true;
}
if(valid6){
if(data17.blockOwnerDeletion !== undefined){
const _errs49 = errors;
if(typeof data17.blockOwnerDeletion !== "boolean"){
validate10.errors = [{instancePath:instancePath+"/metadata/ownerReferences/" + i1+"/blockOwnerDeletion",schemaPath:"#/properties/metadata/properties/ownerReferences/items/properties/blockOwnerDeletion/type",keyword:"type",params:{type: "boolean"},message:"must be boolean"}];
return false;
}
var valid6 = _errs49 === errors;
}
else {
var valid6 = true;
}
}
}
}
}
}
}
}
else {
validate10.errors = [{instancePath:instancePath+"/metadata/ownerReferences/" + i1,schemaPath:"#/properties/metadata/properties/ownerReferences/items/type",keyword:"type",params:{type: "object"},message:"must be object"}];
return false;
}
}
var valid5 = _errs37 === errors;
if(!valid5){
break;
}
}
}
else {
validate10.errors = [{instancePath:instancePath+"/metadata/ownerReferences",schemaPath:"#/properties/metadata/properties/ownerReferences/type",keyword:"type",params:{type: "array"},message:"must be array"}];
return false;
}
}
var valid1 = _errs35 === errors;
}
else {
var valid1 = true;
}
}
}
}
}
}
}
}
}
}
}
}
}
else {
validate10.errors = [{instancePath:instancePath+"/metadata",schemaPath:"#/properties/metadata/type",keyword:"type",params:{type: "object"},message:"must be object"}];
return false;
}
}
var valid0 = _errs5 === errors;
}
else {
var valid0 = true;
}
if(valid0){
if(data.spec !== undefined){
let data24 = data.spec;
const _errs51 = errors;
if(errors === _errs51){
if(data24 && typeof data24 == "object" && !Array.isArray(data24)){
let missing3;
if((((data24.remediationRequestRef === undefined) && (missing3 = "remediationRequestRef")) || ((data24.workflowRef === undefined) && (missing3 = "workflowRef"))) || ((data24.targetResource === undefined) && (missing3 = "targetResource"))){
validate10.errors = [{instancePath:instancePath+"/spec",schemaPath:"#/properties/spec/required",keyword:"required",params:{missingProperty: missing3},message:"must have required property '"+missing3+"'"}];
return false;
}
else {
if(data24.remediationRequestRef !== undefined){
let data25 = data24.remediationRequestRef;
const _errs53 = errors;
if(errors === _errs53){
if(data25 && typeof data25 == "object" && !Array.isArray(data25)){
let missing4;
if((data25.name === undefined) && (missing4 = "name")){
validate10.errors = [{instancePath:instancePath+"/spec/remediationRequestRef",schemaPath:"#/properties/spec/properties/remediationRequestRef/required",keyword:"required",params:{missingProperty: missing4},message:"must have required property '"+missing4+"'"}];
return false;
}
else {
if(data25.apiVersion !== undefined){
const _errs55 = errors;
if(typeof data25.apiVersion !== "string"){
validate10.errors = [{instancePath:instancePath+"/spec/remediationRequestRef/apiVersion",schemaPath:"#/properties/spec/properties/remediationRequestRef/properties/apiVersion/type",keyword:"type",params:{type: "string"},message:"must be string"}];
return false;
}
var valid8 = _errs55 === errors;
}
else {
var valid8 = true;
}
if(valid8){
if(data25.kind !== undefined){
const _errs57 = errors;
if(typeof data25.kind !== "string"){
validate10.errors = [{instancePath:instancePath+"/spec/remediationRequestRef/kind",schemaPath:"#/properties/spec/properties/remediationRequestRef/properties/kind/type",keyword:"type",params:{type: "string"},message:"must be string"}];
return false;
}
var valid8 = _errs57 === errors;
}
else {
var valid8 = true;
}
if(valid8){
if(data25.name !== undefined){
const _errs59 = errors;
if(typeof data25.name !== "string"){
validate10.errors = [{instancePath:instancePath+"/spec/remediationRequestRef/name",schemaPath:"#/properties/spec/properties/remediationRequestRef/properties/name/type",keyword:"type",params:{type: "string"},message:"must be string"}];
return false;
}
var valid8 = _errs59 === errors;
}
else {
var valid8 = true;
}
if(valid8){
if(data25.namespace !== undefined){
const _errs61 = errors;
if(typeof data25.namespace !== "string"){
validate10.errors = [{instancePath:instancePath+"/spec/remediationRequestRef/namespace",schemaPath:"#/properties/spec/properties/remediationRequestRef/properties/namespace/type",keyword:"type",params:{type: "string"},message:"must be string"}];
return false;
}
var valid8 = _errs61 === errors;
}
else {
var valid8 = true;
}
if(valid8){
if(data25.uid !== undefined){
const _errs63 = errors;
if(typeof data25.uid !== "string"){
validate10.errors = [{instancePath:instancePath+"/spec/remediationRequestRef/uid",schemaPath:"#/properties/spec/properties/remediationRequestRef/properties/uid/type",keyword:"type",params:{type: "string"},message:"must be string"}];
return false;
}
var valid8 = _errs63 === errors;
}
else {
var valid8 = true;
}
if(valid8){
if(data25.resourceVersion !== undefined){
const _errs65 = errors;
if(typeof data25.resourceVersion !== "string"){
validate10.errors = [{instancePath:instancePath+"/spec/remediationRequestRef/resourceVersion",schemaPath:"#/properties/spec/properties/remediationRequestRef/properties/resourceVersion/type",keyword:"type",params:{type: "string"},message:"must be string"}];
return false;
}
var valid8 = _errs65 === errors;
}
else {
var valid8 = true;
}
if(valid8){
if(data25.fieldPath !== undefined){
const _errs67 = errors;
if(typeof data25.fieldPath !== "string"){
validate10.errors = [{instancePath:instancePath+"/spec/remediationRequestRef/fieldPath",schemaPath:"#/properties/spec/properties/remediationRequestRef/properties/fieldPath/type",keyword:"type",params:{type: "string"},message:"must be string"}];
return false;
}
var valid8 = _errs67 === errors;
}
else {
var valid8 = true;
}
}
}
}
}
}
}
}
}
else {
validate10.errors = [{instancePath:instancePath+"/spec/remediationRequestRef",schemaPath:"#/properties/spec/properties/remediationRequestRef/type",keyword:"type",params:{type: "object"},message:"must be object"}];
return false;
}
}
var valid7 = _errs53 === errors;
}
else {
var valid7 = true;
}
if(valid7){
if(data24.workflowRef !== undefined){
let data33 = data24.workflowRef;
const _errs69 = errors;
if(errors === _errs69){
if(data33 && typeof data33 == "object" && !Array.isArray(data33)){
let missing5;
if((((data33.workflowId === undefined) && (missing5 = "workflowId")) || ((data33.version === undefined) && (missing5 = "version"))) || ((data33.containerImage === undefined) && (missing5 = "containerImage"))){
validate10.errors = [{instancePath:instancePath+"/spec/workflowRef",schemaPath:"#/properties/spec/properties/workflowRef/required",keyword:"required",params:{missingProperty: missing5},message:"must have required property '"+missing5+"'"}];
return false;
}
else {
if(data33.workflowId !== undefined){
const _errs71 = errors;
if(typeof data33.workflowId !== "string"){
validate10.errors = [{instancePath:instancePath+"/spec/workflowRef/workflowId",schemaPath:"#/properties/spec/properties/workflowRef/properties/workflowId/type",keyword:"type",params:{type: "string"},message:"must be string"}];
return false;
}
var valid9 = _errs71 === errors;
}
else {
var valid9 = true;
}
if(valid9){
if(data33.version !== undefined){
const _errs73 = errors;
if(typeof data33.version !== "string"){
validate10.errors = [{instancePath:instancePath+"/spec/workflowRef/version",schemaPath:"#/properties/spec/properties/workflowRef/properties/version/type",keyword:"type",params:{type: "string"},message:"must be string"}];
return false;
}
var valid9 = _errs73 === errors;
}
else {
var valid9 = true;
}
if(valid9){
if(data33.containerImage !== undefined){
const _errs75 = errors;
if(typeof data33.containerImage !== "string"){
validate10.errors = [{instancePath:instancePath+"/spec/workflowRef/containerImage",schemaPath:"#/properties/spec/properties/workflowRef/properties/containerImage/type",keyword:"type",params:{type: "string"},message:"must be string"}];
return false;
}
var valid9 = _errs75 === errors;
}
else {
var valid9 = true;
}
if(valid9){
if(data33.containerDigest !== undefined){
const _errs77 = errors;
if(typeof data33.containerDigest !== "string"){
validate10.errors = [{instancePath:instancePath+"/spec/workflowRef/containerDigest",schemaPath:"#/properties/spec/properties/workflowRef/properties/containerDigest/type",keyword:"type",params:{type: "string"},message:"must be string"}];
return false;
}
var valid9 = _errs77 === errors;
}
else {
var valid9 = true;
}
if(valid9){
if(data33.workflowName !== undefined){
const _errs79 = errors;
if(typeof data33.workflowName !== "string"){
validate10.errors = [{instancePath:instancePath+"/spec/workflowRef/workflowName",schemaPath:"#/properties/spec/properties/workflowRef/properties/workflowName/type",keyword:"type",params:{type: "string"},message:"must be string"}];
return false;
}
var valid9 = _errs79 === errors;
}
else {
var valid9 = true;
}
if(valid9){
if(data33.actionType !== undefined){
const _errs81 = errors;
if(typeof data33.actionType !== "string"){
validate10.errors = [{instancePath:instancePath+"/spec/workflowRef/actionType",schemaPath:"#/properties/spec/properties/workflowRef/properties/actionType/type",keyword:"type",params:{type: "string"},message:"must be string"}];
return false;
}
var valid9 = _errs81 === errors;
}
else {
var valid9 = true;
}
if(valid9){
if(data33.secretParameters !== undefined){
let data40 = data33.secretParameters;
const _errs83 = errors;
if(errors === _errs83){
if(Array.isArray(data40)){
var valid10 = true;
const len2 = data40.length;
for(let i2=0; i2<len2; i2++){
const _errs85 = errors;
if(typeof data40[i2] !== "string"){
validate10.errors = [{instancePath:instancePath+"/spec/workflowRef/secretParameters/" + i2,schemaPath:"#/properties/spec/properties/workflowRef/properties/secretParameters/items/type",keyword:"type",params:{type: "string"},message:"must be string"}];
return false;
}
var valid10 = _errs85 === errors;
if(!valid10){
break;
}
}
}
else {
validate10.errors = [{instancePath:instancePath+"/spec/workflowRef/secretParameters",schemaPath:"#/properties/spec/properties/workflowRef/properties/secretParameters/type",keyword:"type",params:{type: "array"},message:"must be array"}];
return false;
}
}
var valid9 = _errs83 === errors;
}
else {
var valid9 = true;
}
}
}
}
}
}
}
}
}
else {
validate10.errors = [{instancePath:instancePath+"/spec/workflowRef",schemaPath:"#/properties/spec/properties/workflowRef/type",keyword:"type",params:{type: "object"},message:"must be object"}];
return false;
}
}
var valid7 = _errs69 === errors;
}
else {
var valid7 = true;
}
if(valid7){
if(data24.targetResource !== undefined){
const _errs87 = errors;
if(typeof data24.targetResource !== "string"){
validate10.errors = [{instancePath:instancePath+"/spec/targetResource",schemaPath:"#/properties/spec/properties/targetResource/type",keyword:"type",params:{type: "string"},message:"must be string"}];
return false;
}
var valid7 = _errs87 === errors;
}
else {
var valid7 = true;
}
if(valid7){
if(data24.parameters !== undefined){
let data43 = data24.parameters;
const _errs89 = errors;
if(errors === _errs89){
if(data43 && typeof data43 == "object" && !Array.isArray(data43)){
for(const key2 in data43){
const _errs92 = errors;
if(typeof data43[key2] !== "string"){
validate10.errors = [{instancePath:instancePath+"/spec/parameters/" + key2.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/properties/spec/properties/parameters/additionalProperties/type",keyword:"type",params:{type: "string"},message:"must be string"}];
return false;
}
var valid11 = _errs92 === errors;
if(!valid11){
break;
}
}
}
else {
validate10.errors = [{instancePath:instancePath+"/spec/parameters",schemaPath:"#/properties/spec/properties/parameters/type",keyword:"type",params:{type: "object"},message:"must be object"}];
return false;
}
}
var valid7 = _errs89 === errors;
}
else {
var valid7 = true;
}
if(valid7){
if(data24.confidence !== undefined){
const _errs94 = errors;
if(!(typeof data24.confidence == "number")){
validate10.errors = [{instancePath:instancePath+"/spec/confidence",schemaPath:"#/properties/spec/properties/confidence/type",keyword:"type",params:{type: "number"},message:"must be number"}];
return false;
}
var valid7 = _errs94 === errors;
}
else {
var valid7 = true;
}
if(valid7){
if(data24.rationale !== undefined){
const _errs96 = errors;
if(typeof data24.rationale !== "string"){
validate10.errors = [{instancePath:instancePath+"/spec/rationale",schemaPath:"#/properties/spec/properties/rationale/type",keyword:"type",params:{type: "string"},message:"must be string"}];
return false;
}
var valid7 = _errs96 === errors;
}
else {
var valid7 = true;
}
if(valid7){
if(data24.overrideCooldownReason !== undefined){
const _errs98 = errors;
if(typeof data24.overrideCooldownReason !== "string"){
validate10.errors = [{instancePath:instancePath+"/spec/overrideCooldownReason",schemaPath:"#/properties/spec/properties/overrideCooldownReason/type",keyword:"type",params:{type: "string"},message:"must be string"}];
return false;
}
var valid7 = _errs98 === errors;
}
else {
var valid7 = true;
}
if(valid7){
if(data24.executionConfig !== undefined){
let data48 = data24.executionConfig;
const _errs100 = errors;
if(errors === _errs100){
if(data48 && typeof data48 == "object" && !Array.isArray(data48)){
if(data48.serviceAccountName !== undefined){
const _errs102 = errors;
if(typeof data48.serviceAccountName !== "string"){
validate10.errors = [{instancePath:instancePath+"/spec/executionConfig/serviceAccountName",schemaPath:"#/properties/spec/properties/executionConfig/properties/serviceAccountName/type",keyword:"type",params:{type: "string"},message:"must be string"}];
return false;
}
var valid12 = _errs102 === errors;
}
else {
var valid12 = true;
}
if(valid12){
if(data48.timeout !== undefined){
const _errs104 = errors;
if(typeof data48.timeout !== "string"){
validate10.errors = [{instancePath:instancePath+"/spec/executionConfig/timeout",schemaPath:"#/properties/spec/properties/executionConfig/properties/timeout/type",keyword:"type",params:{type: "string"},message:"must be string"}];
return false;
}
var valid12 = _errs104 === errors;
}
else {
var valid12 = true;
}
if(valid12){
if(data48.finallyTimeout !== undefined){
const _errs106 = errors;
if(typeof data48.finallyTimeout !== "string"){
validate10.errors = [{instancePath:instancePath+"/spec/executionConfig/finallyTimeout",schemaPath:"#/properties/spec/properties/executionConfig/properties/finallyTimeout/type",keyword:"type",params:{type: "string"},message:"must be string"}];
return false;
}
var valid12 = _errs106 === errors;
}
else {
var valid12 = true;
}
}
}
}
else {
validate10.errors = [{instancePath:instancePath+"/spec/executionConfig",schemaPath:"#/properties/spec/properties/executionConfig/type",keyword:"type",params:{type: "object"},message:"must be object"}];
return false;
}
}
var valid7 = _errs100 === errors;
}
else {
var valid7 = true;
}
if(valid7){
if(data24.cancelRequested !== undefined){
const _errs108 = errors;
if(typeof data24.cancelRequested !== "boolean"){
validate10.errors = [{instancePath:instancePath+"/spec/cancelRequested",schemaPath:"#/properties/spec/properties/cancelRequested/type",keyword:"type",params:{type: "boolean"},message:"must be boolean"}];
return false;
}
var valid7 = _errs108 === errors;
}
else {
var valid7 = true;
}
if(valid7){
if(data24.cancelMode !== undefined){
let data53 = data24.cancelMode;
const _errs110 = errors;
if(typeof data53 !== "string"){
validate10.errors = [{instancePath:instancePath+"/spec/cancelMode",schemaPath:"#/properties/spec/properties/cancelMode/type",keyword:"type",params:{type: "string"},message:"must be string"}];
return false;
}
if(!((data53 === "Graceful") || (data53 === "Immediate"))){
validate10.errors = [{instancePath:instancePath+"/spec/cancelMode",schemaPath:"#/properties/spec/properties/cancelMode/enum",keyword:"enum",params:{allowedValues: schema11.properties.spec.properties.cancelMode.enum},message:"must be equal to one of the allowed values"}];
return false;
}
var valid7 = _errs110 === errors;
}
else {
var valid7 = true;
}
if(valid7){
if(data24.ttlSecondsAfterFinished !== undefined){
let data54 = data24.ttlSecondsAfterFinished;
const _errs112 = errors;
if(!((typeof data54 == "number") && (!(data54 % 1) && !isNaN(data54)))){
validate10.errors = [{instancePath:instancePath+"/spec/ttlSecondsAfterFinished",schemaPath:"#/properties/spec/properties/ttlSecondsAfterFinished/type",keyword:"type",params:{type: "integer"},message:"must be integer"}];
return false;
}
var valid7 = _errs112 === errors;
}
else {
var valid7 = true;
}
}
}
}
}
}
}
}
}
}
}
}
}
else {
validate10.errors = [{instancePath:instancePath+"/spec",schemaPath:"#/properties/spec/type",keyword:"type",params:{type: "object"},message:"must be object"}];
return false;
}
}
var valid0 = _errs51 === errors;
}
else {
var valid0 = true;
}
if(valid0){
if(data.status !== undefined){
let data55 = data.status;
const _errs114 = errors;
if(errors === _errs114){
if(data55 && typeof data55 == "object" && !Array.isArray(data55)){
if(data55.observedGeneration !== undefined){
let data56 = data55.observedGeneration;
const _errs116 = errors;
if(!((typeof data56 == "number") && (!(data56 % 1) && !isNaN(data56)))){
validate10.errors = [{instancePath:instancePath+"/status/observedGeneration",schemaPath:"#/properties/status/properties/observedGeneration/type",keyword:"type",params:{type: "integer"},message:"must be integer"}];
return false;
}
var valid13 = _errs116 === errors;
}
else {
var valid13 = true;
}
if(valid13){
if(data55.phase !== undefined){
let data57 = data55.phase;
const _errs118 = errors;
if(typeof data57 !== "string"){
validate10.errors = [{instancePath:instancePath+"/status/phase",schemaPath:"#/properties/status/properties/phase/type",keyword:"type",params:{type: "string"},message:"must be string"}];
return false;
}
if(!(((((data57 === "Pending") || (data57 === "Running")) || (data57 === "Completed")) || (data57 === "Failed")) || (data57 === "Skipped"))){
validate10.errors = [{instancePath:instancePath+"/status/phase",schemaPath:"#/properties/status/properties/phase/enum",keyword:"enum",params:{allowedValues: schema11.properties.status.properties.phase.enum},message:"must be equal to one of the allowed values"}];
return false;
}
var valid13 = _errs118 === errors;
}
else {
var valid13 = true;
}
if(valid13){
if(data55.outcome !== undefined){
let data58 = data55.outcome;
const _errs120 = errors;
if(typeof data58 !== "string"){
validate10.errors = [{instancePath:instancePath+"/status/outcome",schemaPath:"#/properties/status/properties/outcome/type",keyword:"type",params:{type: "string"},message:"must be string"}];
return false;
}
if(!(((data58 === "Success") || (data58 === "Failed")) || (data58 === "Skipped"))){
validate10.errors = [{instancePath:instancePath+"/status/outcome",schemaPath:"#/properties/status/properties/outcome/enum",keyword:"enum",params:{allowedValues: schema11.properties.status.properties.outcome.enum},message:"must be equal to one of the allowed values"}];
return false;
}
var valid13 = _errs120 === errors;
}
else {
var valid13 = true;
}
if(valid13){
if(data55.message !== undefined){
const _errs122 = errors;
if(typeof data55.message !== "string"){
validate10.errors = [{instancePath:instancePath+"/status/message",schemaPath:"#/properties/status/properties/message/type",keyword:"type",params:{type: "string"},message:"must be string"}];
return false;
}
var valid13 = _errs122 === errors;
}
else {
var valid13 = true;
}
if(valid13){
if(data55.target !== undefined){
const _errs124 = errors;
if(typeof data55.target !== "string"){
validate10.errors = [{instancePath:instancePath+"/status/target",schemaPath:"#/properties/status/properties/target/type",keyword:"type",params:{type: "string"},message:"must be string"}];
return false;
}
var valid13 = _errs124 === errors;
}
else {
var valid13 = true;
}
if(valid13){
if(data55.pipelineRunRef !== undefined){
let data61 = data55.pipelineRunRef;
const _errs126 = errors;
if(errors === _errs126){
if(data61 && typeof data61 == "object" && !Array.isArray(data61)){
let missing6;
if(((((data61.apiVersion === undefined) && (missing6 = "apiVersion")) || ((data61.kind === undefined) && (missing6 = "kind"))) || ((data61.name === undefined) && (missing6 = "name"))) || ((data61.namespace === undefined) && (missing6 = "namespace"))){
validate10.errors = [{instancePath:instancePath+"/status/pipelineRunRef",schemaPath:"#/properties/status/properties/pipelineRunRef/required",keyword:"required",params:{missingProperty: missing6},message:"must have required property '"+missing6+"'"}];
return false;
}
else {
if(data61.apiVersion !== undefined){
const _errs128 = errors;
if(typeof data61.apiVersion !== "string"){
validate10.errors = [{instancePath:instancePath+"/status/pipelineRunRef/apiVersion",schemaPath:"#/properties/status/properties/pipelineRunRef/properties/apiVersion/type",keyword:"type",params:{type: "string"},message:"must be string"}];
return false;
}
var valid14 = _errs128 === errors;
}
else {
var valid14 = true;
}
if(valid14){
if(data61.kind !== undefined){
const _errs130 = errors;
if(typeof data61.kind !== "string"){
validate10.errors = [{instancePath:instancePath+"/status/pipelineRunRef/kind",schemaPath:"#/properties/status/properties/pipelineRunRef/properties/kind/type",keyword:"type",params:{type: "string"},message:"must be string"}];
return false;
}
var valid14 = _errs130 === errors;
}
else {
var valid14 = true;
}
if(valid14){
if(data61.name !== undefined){
const _errs132 = errors;
if(typeof data61.name !== "string"){
validate10.errors = [{instancePath:instancePath+"/status/pipelineRunRef/name",schemaPath:"#/properties/status/properties/pipelineRunRef/properties/name/type",keyword:"type",params:{type: "string"},message:"must be string"}];
return false;
}
var valid14 = _errs132 === errors;
}
else {
var valid14 = true;
}
if(valid14){
if(data61.namespace !== undefined){
const _errs134 = errors;
if(typeof data61.namespace !== "string"){
validate10.errors = [{instancePath:instancePath+"/status/pipelineRunRef/namespace",schemaPath:"#/properties/status/properties/pipelineRunRef/properties/namespace/type",keyword:"type",params:{type: "string"},message:"must be string"}];
return false;
}
var valid14 = _errs134 === errors;
}
else {
var valid14 = true;
}
if(valid14){
if(data61.uid !== undefined){
const _errs136 = errors;
if(typeof data61.uid !== "string"){
validate10.errors = [{instancePath:instancePath+"/status/pipelineRunRef/uid",schemaPath:"#/properties/status/properties/pipelineRunRef/properties/uid/type",keyword:"type",params:{type: "string"},message:"must be string"}];
return false;
}
var valid14 = _errs136 === errors;
}
else {
var valid14 = true;
}
}
}
}
}
}
}
else {
validate10.errors = [{instancePath:instancePath+"/status/pipelineRunRef",schemaPath:"#/properties/status/properties/pipelineRunRef/type",keyword:"type",params:{type: "object"},message:"must be object"}];
return false;
}
}
var valid13 = _errs126 === errors;
}
else {
var valid13 = true;
}
if(valid13){
if(data55.startTime !== undefined){
const _errs138 = errors;
if(typeof data55.startTime !== "string"){
validate10.errors = [{instancePath:instancePath+"/status/startTime",schemaPath:"#/properties/status/properties/startTime/type",keyword:"type",params:{type: "string"},message:"must be string"}];
return false;
}
var valid13 = _errs138 === errors;
}
else {
var valid13 = true;
}
if(valid13){
if(data55.completionTime !== undefined){
const _errs140 = errors;
if(typeof data55.completionTime !== "string"){
validate10.errors = [{instancePath:instancePath+"/status/completionTime",schemaPath:"#/properties/status/properties/completionTime/type",keyword:"type",params:{type: "string"},message:"must be string"}];
return false;
}
var valid13 = _errs140 === errors;
}
else {
var valid13 = true;
}
if(valid13){
if(data55.bundleDigest !== undefined){
const _errs142 = errors;
if(typeof data55.bundleDigest !== "string"){
validate10.errors = [{instancePath:instancePath+"/status/bundleDigest",schemaPath:"#/properties/status/properties/bundleDigest/type",keyword:"type",params:{type: "string"},message:"must be string"}];
return false;
}
var valid13 = _errs142 === errors;
}
else {
var valid13 = true;
}
if(valid13){
if(data55.results !== undefined){
let data70 = data55.results;
const _errs144 = errors;
if(errors === _errs144){
if(Array.isArray(data70)){
var valid15 = true;
const len3 = data70.length;
for(let i3=0; i3<len3; i3++){
let data71 = data70[i3];
const _errs146 = errors;
if(errors === _errs146){
if(data71 && typeof data71 == "object" && !Array.isArray(data71)){
let missing7;
if(((data71.name === undefined) && (missing7 = "name")) || ((data71.value === undefined) && (missing7 = "value"))){
validate10.errors = [{instancePath:instancePath+"/status/results/" + i3,schemaPath:"#/properties/status/properties/results/items/required",keyword:"required",params:{missingProperty: missing7},message:"must have required property '"+missing7+"'"}];
return false;
}
else {
if(data71.name !== undefined){
const _errs148 = errors;
if(typeof data71.name !== "string"){
validate10.errors = [{instancePath:instancePath+"/status/results/" + i3+"/name",schemaPath:"#/properties/status/properties/results/items/properties/name/type",keyword:"type",params:{type: "string"},message:"must be string"}];
return false;
}
var valid16 = _errs148 === errors;
}
else {
var valid16 = true;
}
if(valid16){
if(data71.value !== undefined){
const _errs150 = errors;
if(typeof data71.value !== "string"){
validate10.errors = [{instancePath:instancePath+"/status/results/" + i3+"/value",schemaPath:"#/properties/status/properties/results/items/properties/value/type",keyword:"type",params:{type: "string"},message:"must be string"}];
return false;
}
var valid16 = _errs150 === errors;
}
else {
var valid16 = true;
}
}
}
}
else {
validate10.errors = [{instancePath:instancePath+"/status/results/" + i3,schemaPath:"#/properties/status/properties/results/items/type",keyword:"type",params:{type: "object"},message:"must be object"}];
return false;
}
}
var valid15 = _errs146 === errors;
if(!valid15){
break;
}
}
}
else {
validate10.errors = [{instancePath:instancePath+"/status/results",schemaPath:"#/properties/status/properties/results/type",keyword:"type",params:{type: "array"},message:"must be array"}];
return false;
}
}
var valid13 = _errs144 === errors;
}
else {
var valid13 = true;
}
if(valid13){
if(data55.duration !== undefined){
const _errs152 = errors;
if(typeof data55.duration !== "string"){
validate10.errors = [{instancePath:instancePath+"/status/duration",schemaPath:"#/properties/status/properties/duration/type",keyword:"type",params:{type: "string"},message:"must be string"}];
return false;
}
var valid13 = _errs152 === errors;
}
else {
var valid13 = true;
}
if(valid13){
if(data55.settled !== undefined){
const _errs154 = errors;
if(typeof data55.settled !== "boolean"){
validate10.errors = [{instancePath:instancePath+"/status/settled",schemaPath:"#/properties/status/properties/settled/type",keyword:"type",params:{type: "boolean"},message:"must be boolean"}];
return false;
}
var valid13 = _errs154 === errors;
}
else {
var valid13 = true;
}
if(valid13){
if(data55.failure !== undefined){
let data76 = data55.failure;
const _errs156 = errors;
if(errors === _errs156){
if(data76 && typeof data76 == "object" && !Array.isArray(data76)){
let missing8;
if((((data76.reason === undefined) && (missing8 = "reason")) || ((data76.message === undefined) && (missing8 = "message"))) || ((data76.wasExecutionFailure === undefined) && (missing8 = "wasExecutionFailure"))){
validate10.errors = [{instancePath:instancePath+"/status/failure",schemaPath:"#/properties/status/properties/failure/required",keyword:"required",params:{missingProperty: missing8},message:"must have required property '"+missing8+"'"}];
return false;
}
else {
if(data76.reason !== undefined){
let data77 = data76.reason;
const _errs158 = errors;
if(typeof data77 !== "string"){
validate10.errors = [{instancePath:instancePath+"/status/failure/reason",schemaPath:"#/properties/status/properties/failure/properties/reason/type",keyword:"type",params:{type: "string"},message:"must be string"}];
return false;
}
if(!(((((((((((((((data77 === "OOMKilled") || (data77 === "DeadlineExceeded")) || (data77 === "ResourceExhausted")) || (data77 === "ImagePullBackOff")) || (data77 === "BundleResolutionFailed")) || (data77 === "ConfigurationError")) || (data77 === "Forbidden")) || (data77 === "TaskFailed")) || (data77 === "Cancelled")) || (data77 === "PipelineRunDeleted")) || (data77 === "ValidationFailed")) || (data77 === "PipelineRunConflict")) || (data77 === "MissingPipelineRun")) || (data77 === "UnknownStatus")) || (data77 === "Unknown"))){
validate10.errors = [{instancePath:instancePath+"/status/failure/reason",schemaPath:"#/properties/status/properties/failure/properties/reason/enum",keyword:"enum",params:{allowedValues: schema11.properties.status.properties.failure.properties.reason.enum},message:"must be equal to one of the allowed values"}];
return false;
}
var valid17 = _errs158 === errors;
}
else {
var valid17 = true;
}
if(valid17){
if(data76.message !== undefined){
const _errs160 = errors;
if(typeof data76.message !== "string"){
validate10.errors = [{instancePath:instancePath+"/status/failure/message",schemaPath:"#/properties/status/properties/failure/properties/message/type",keyword:"type",params:{type: "string"},message:"must be string"}];
return false;
}
var valid17 = _errs160 === errors;
}
else {
var valid17 = true;
}
if(valid17){
if(data76.wasExecutionFailure !== undefined){
const _errs162 = errors;
if(typeof data76.wasExecutionFailure !== "boolean"){
validate10.errors = [{instancePath:instancePath+"/status/failure/wasExecutionFailure",schemaPath:"#/properties/status/properties/failure/properties/wasExecutionFailure/type",keyword:"type",params:{type: "boolean"},message:"must be boolean"}];
return false;
}
var valid17 = _errs162 === errors;
}
else {
var valid17 = true;
}
if(valid17){
if(data76.failedTask !== undefined){
let data80 = data76.failedTask;
const _errs164 = errors;
if(errors === _errs164){
if(data80 && typeof data80 == "object" && !Array.isArray(data80)){
let missing9;
if((data80.name === undefined) && (missing9 = "name")){
validate10.errors = [{instancePath:instancePath+"/status/failure/failedTask",schemaPath:"#/properties/status/properties/failure/properties/failedTask/required",keyword:"required",params:{missingProperty: missing9},message:"must have required property '"+missing9+"'"}];
return false;
}
else {
if(data80.name !== undefined){
const _errs166 = errors;
if(typeof data80.name !== "string"){
validate10.errors = [{instancePath:instancePath+"/status/failure/failedTask/name",schemaPath:"#/properties/status/properties/failure/properties/failedTask/properties/name/type",keyword:"type",params:{type: "string"},message:"must be string"}];
return false;
}
var valid18 = _errs166 === errors;
}
else {
var valid18 = true;
}
if(valid18){
if(data80.stepName !== undefined){
const _errs168 = errors;
if(typeof data80.stepName !== "string"){
validate10.errors = [{instancePath:instancePath+"/status/failure/failedTask/stepName",schemaPath:"#/properties/status/properties/failure/properties/failedTask/properties/stepName/type",keyword:"type",params:{type: "string"},message:"must be string"}];
return false;
}
var valid18 = _errs168 === errors;
}
else {
var valid18 = true;
}
if(valid18){
if(data80.exitCode !== undefined){
let data83 = data80.exitCode;
const _errs170 = errors;
if(!((typeof data83 == "number") && (!(data83 % 1) && !isNaN(data83)))){
validate10.errors = [{instancePath:instancePath+"/status/failure/failedTask/exitCode",schemaPath:"#/properties/status/properties/failure/properties/failedTask/properties/exitCode/type",keyword:"type",params:{type: "integer"},message:"must be integer"}];
return false;
}
var valid18 = _errs170 === errors;
}
else {
var valid18 = true;
}
}
}
}
}
else {
validate10.errors = [{instancePath:instancePath+"/status/failure/failedTask",schemaPath:"#/properties/status/properties/failure/properties/failedTask/type",keyword:"type",params:{type: "object"},message:"must be object"}];
return false;
}
}
var valid17 = _errs164 === errors;
}
else {
var valid17 = true;
}
}
}
}
}
}
else {
validate10.errors = [{instancePath:instancePath+"/status/failure",schemaPath:"#/properties/status/properties/failure/type",keyword:"type",params:{type: "object"},message:"must be object"}];
return false;
}
}
var valid13 = _errs156 === errors;
}
else {
var valid13 = true;
}
if(valid13){
if(data55.skip !== undefined){
let data84 = data55.skip;
const _errs172 = errors;
if(errors === _errs172){
if(data84 && typeof data84 == "object" && !Array.isArray(data84)){
let missing10;
if((((data84.reason === undefined) && (missing10 = "reason")) || ((data84.message === undefined) && (missing10 = "message"))) || ((data84.skippedAt === undefined) && (missing10 = "skippedAt"))){
validate10.errors = [{instancePath:instancePath+"/status/skip",schemaPath:"#/properties/status/properties/skip/required",keyword:"required",params:{missingProperty: missing10},message:"must have required property '"+missing10+"'"}];
return false;
}
else {
if(data84.reason !== undefined){
let data85 = data84.reason;
const _errs174 = errors;
if(typeof data85 !== "string"){
validate10.errors = [{instancePath:instancePath+"/status/skip/reason",schemaPath:"#/properties/status/properties/skip/properties/reason/type",keyword:"type",params:{type: "string"},message:"must be string"}];
return false;
}
if(!(((data85 === "ResourceBusy") || (data85 === "RecentlyRemediated")) || (data85 === "Restored"))){
validate10.errors = [{instancePath:instancePath+"/status/skip/reason",schemaPath:"#/properties/status/properties/skip/properties/reason/enum",keyword:"enum",params:{allowedValues: schema11.properties.status.properties.skip.properties.reason.enum},message:"must be equal to one of the allowed values"}];
return false;
}
var valid19 = _errs174 === errors;
}
else {
var valid19 = true;
}
if(valid19){
if(data84.message !== undefined){
const _errs176 = errors;
if(typeof data84.message !== "string"){
validate10.errors = [{instancePath:instancePath+"/status/skip/message",schemaPath:"#/properties/status/properties/skip/properties/message/type",keyword:"type",params:{type: "string"},message:"must be string"}];
return false;
}
var valid19 = _errs176 === errors;
}
else {
var valid19 = true;
}
if(valid19){
if(data84.skippedAt !== undefined){
const _errs178 = errors;
if(typeof data84.skippedAt !== "string"){
validate10.errors = [{instancePath:instancePath+"/status/skip/skippedAt",schemaPath:"#/properties/status/properties/skip/properties/skippedAt/type",keyword:"type",params:{type: "string"},message:"must be string"}];
return false;
}
var valid19 = _errs178 === errors;
}
else {
var valid19 = true;
}
if(valid19){
if(data84.conflictingExecution !== undefined){
let data88 = data84.conflictingExecution;
const _errs180 = errors;
if(errors === _errs180){
if(data88 && typeof data88 == "object" && !Array.isArray(data88)){
let missing11;
if(((data88.namespace === undefined) && (missing11 = "namespace")) || ((data88.name === undefined) && (missing11 = "name"))){
validate10.errors = [{instancePath:instancePath+"/status/skip/conflictingExecution",schemaPath:"#/properties/status/properties/skip/properties/conflictingExecution/required",keyword:"required",params:{missingProperty: missing11},message:"must have required property '"+missing11+"'"}];
return false;
}
else {
if(data88.namespace !== undefined){
const _errs182 = errors;
if(typeof data88.namespace !== "string"){
validate10.errors = [{instancePath:instancePath+"/status/skip/conflictingExecution/namespace",schemaPath:"#/properties/status/properties/skip/properties/conflictingExecution/properties/namespace/type",keyword:"type",params:{type: "string"},message:"must be string"}];
return false;
}
var valid20 = _errs182 === errors;
}
else {
var valid20 = true;
}
if(valid20){
if(data88.name !== undefined){
const _errs184 = errors;
if(typeof data88.name !== "string"){
validate10.errors = [{instancePath:instancePath+"/status/skip/conflictingExecution/name",schemaPath:"#/properties/status/properties/skip/properties/conflictingExecution/properties/name/type",keyword:"type",params:{type: "string"},message:"must be string"}];
return false;
}
var valid20 = _errs184 === errors;
}
else {
var valid20 = true;
}
if(valid20){
if(data88.uid !== undefined){
const _errs186 = errors;
if(typeof data88.uid !== "string"){
validate10.errors = [{instancePath:instancePath+"/status/skip/conflictingExecution/uid",schemaPath:"#/properties/status/properties/skip/properties/conflictingExecution/properties/uid/type",keyword:"type",params:{type: "string"},message:"must be string"}];
return false;
}
var valid20 = _errs186 === errors;
}
else {
var valid20 = true;
}
}
}
}
}
else {
validate10.errors = [{instancePath:instancePath+"/status/skip/conflictingExecution",schemaPath:"#/properties/status/properties/skip/properties/conflictingExecution/type",keyword:"type",params:{type: "object"},message:"must be object"}];
return false;
}
}
var valid19 = _errs180 === errors;
}
else {
var valid19 = true;
}
if(valid19){
if(data84.remainingCooldownSeconds !== undefined){
let data92 = data84.remainingCooldownSeconds;
const _errs188 = errors;
if(!((typeof data92 == "number") && (!(data92 % 1) && !isNaN(data92)))){
validate10.errors = [{instancePath:instancePath+"/status/skip/remainingCooldownSeconds",schemaPath:"#/properties/status/properties/skip/properties/remainingCooldownSeconds/type",keyword:"type",params:{type: "integer"},message:"must be integer"}];
return false;
}
var valid19 = _errs188 === errors;
}
else {
var valid19 = true;
}
}
}
}
}
}
}
else {
validate10.errors = [{instancePath:instancePath+"/status/skip",schemaPath:"#/properties/status/properties/skip/type",keyword:"type",params:{type: "object"},message:"must be object"}];
return false;
}
}
var valid13 = _errs172 === errors;
}
else {
var valid13 = true;
}
if(valid13){
if(data55.conditions !== undefined){
let data93 = data55.conditions;
const _errs190 = errors;
if(errors === _errs190){
if(Array.isArray(data93)){
var valid21 = true;
const len4 = data93.length;
for(let i4=0; i4<len4; i4++){
let data94 = data93[i4];
const _errs192 = errors;
if(errors === _errs192){
if(data94 && typeof data94 == "object" && !Array.isArray(data94)){
let missing12;
if((((((data94.type === undefined) && (missing12 = "type")) || ((data94.status === undefined) && (missing12 = "status"))) || ((data94.lastTransitionTime === undefined) && (missing12 = "lastTransitionTime"))) || ((data94.reason === undefined) && (missing12 = "reason"))) || ((data94.message === undefined) && (missing12 = "message"))){
validate10.errors = [{instancePath:instancePath+"/status/conditions/" + i4,schemaPath:"#/properties/status/properties/conditions/items/required",keyword:"required",params:{missingProperty: missing12},message:"must have required property '"+missing12+"'"}];
return false;
}
else {
if(data94.type !== undefined){
const _errs194 = errors;
if(typeof data94.type !== "string"){
validate10.errors = [{instancePath:instancePath+"/status/conditions/" + i4+"/type",schemaPath:"#/properties/status/properties/conditions/items/properties/type/type",keyword:"type",params:{type: "string"},message:"must be string"}];
return false;
}
var valid22 = _errs194 === errors;
}
else {
var valid22 = true;
}
if(valid22){
if(data94.status !== undefined){
let data96 = data94.status;
const _errs196 = errors;
if(typeof data96 !== "string"){
validate10.errors = [{instancePath:instancePath+"/status/conditions/" + i4+"/status",schemaPath:"#/properties/status/properties/conditions/items/properties/status/type",keyword:"type",params:{type: "string"},message:"must be string"}];
return false;
}
if(!(((data96 === "True") || (data96 === "False")) || (data96 === "Unknown"))){
validate10.errors = [{instancePath:instancePath+"/status/conditions/" + i4+"/status",schemaPath:"#/properties/status/properties/conditions/items/properties/status/enum",keyword:"enum",params:{allowedValues: schema11.properties.status.properties.conditions.items.properties.status.enum},message:"must be equal to one of the allowed values"}];
return false;
}
var valid22 = _errs196 === errors;
}
else {
var valid22 = true;
}
if(valid22){
if(data94.observedGeneration !== undefined){
let data97 = data94.observedGeneration;
const _errs198 = errors;
if(!((typeof data97 == "number") && (!(data97 % 1) && !isNaN(data97)))){
validate10.errors = [{instancePath:instancePath+"/status/conditions/" + i4+"/observedGeneration",schemaPath:"#/properties/status/properties/conditions/items/properties/observedGeneration/type",keyword:"type",params:{type: "integer"},message:"must be integer"}];
return false;
}
var valid22 = _errs198 === errors;
}
else {
var valid22 = true;
}
if(valid22){
if(data94.lastTransitionTime !== undefined){
const _errs200 = errors;
if(typeof data94.lastTransitionTime !== "string"){
validate10.errors = [{instancePath:instancePath+"/status/conditions/" + i4+"/lastTransitionTime",schemaPath:"#/properties/status/properties/conditions/items/properties/lastTransitionTime/type",keyword:"type",params:{type: "string"},message:"must be string"}];
return false;
}
var valid22 = _errs200 === errors;
}
else {
var valid22 = true;
}
if(valid22){
if(data94.reason !== undefined){
const _errs202 = errors;
if(typeof data94.reason !== "string"){
validate10.errors = [{instancePath:instancePath+"/status/conditions/" + i4+"/reason",schemaPath:"#/properties/status/properties/conditions/items/properties/reason/type",keyword:"type",params:{type: "string"},message:"must be string"}];
return false;
}
var valid22 = _errs202 === errors;
}
else {
var valid22 = true;
}
if(valid22){
if(data94.message !== undefined){
const _errs204 = errors;
if(typeof data94.message !== "string"){
validate10.errors = [{instancePath:instancePath+"/status/conditions/" + i4+"/message",schemaPath:"#/properties/status/properties/conditions/items/properties/message/type",keyword:"type",params:{type: "string"},message:"must be string"}];
return false;
}
var valid22 = _errs204 === errors;
}
else {
var valid22 = true;
}
}
}
}
}
}
}
}
else {
validate10.errors = [{instancePath:instancePath+"/status/conditions/" + i4,schemaPath:"#/properties/status/properties/conditions/items/type",keyword:"type",params:{type: "object"},message:"must be object"}];
return false;
}
}
var valid21 = _errs192 === errors;
if(!valid21){
break;
}
}
}
else {
validate10.errors = [{instancePath:instancePath+"/status/conditions",schemaPath:"#/properties/status/properties/conditions/type",keyword:"type",params:{type: "array"},message:"must be array"}];
return false;
}
}
var valid13 = _errs190 === errors;
}
else {
var valid13 = true;
}
}
}
}
}
}
}
}
}
}
}
}
}
}
}
}
else {
validate10.errors = [{instancePath:instancePath+"/status",schemaPath:"#/properties/status/type",keyword:"type",params:{type: "object"},message:"must be object"}];
return false;
}
}
var valid0 = _errs114 === errors;
}
else {
var valid0 = true;
}
}
}
}
}
}
}
else {
validate10.errors = [{instancePath,schemaPath:"#/type",keyword:"type",params:{type: "object"},message:"must be object"}];
return false;
}
}
validate10.errors = vErrors;
return errors === 0;
}

/** Whether a value is a WorkflowExecution; `errors` has the violations. */
export const isWorkflowExecution: {
  (value: unknown): value is WorkflowExecution;
  readonly errors?: readonly { readonly instancePath: string; readonly message?: string }[] | null;
} = validate10;
